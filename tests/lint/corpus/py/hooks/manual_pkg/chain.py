from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI

from .prompt import PROMPT
from .search import Manuals


def build(manuals: Manuals):
    def found(inputs: dict) -> str:
        return "\n\n".join(manuals.passages(inputs["question"]))

    return RunnablePassthrough.assign(found=RunnableLambda(found)) | PROMPT | ChatOpenAI(model="gpt-5.6")
