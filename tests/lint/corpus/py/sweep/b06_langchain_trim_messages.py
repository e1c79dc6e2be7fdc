"""Langchain trim_messages."""

from langchain_core.messages import SystemMessage, trim_messages
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-4.1")
SYSTEM = SystemMessage(content="For b06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
trimmer = trim_messages(max_tokens=4000, strategy="last", token_counter=llm, include_system=True)  # want: PFX207
chain = trimmer | llm
def reply(history):
    return chain.invoke([SYSTEM, *history])
