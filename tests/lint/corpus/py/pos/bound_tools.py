"""Tools of a set are bound to a model."""
from langchain_openai import ChatOpenAI

from tools_of_ours import draw, erase, measure

llm = ChatOpenAI(model="gpt-5.1")


def model():
    tools = list({draw, erase, measure})  # want: PFX304 PFX301
    return llm.bind_tools(tools)
