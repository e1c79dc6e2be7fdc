"""A chain that assigns the time."""
from datetime import datetime

from langchain_anthropic import ChatAnthropic
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

RULES = "Give short, exact answers about tides and weather. " * 90

prompt = ChatPromptTemplate.from_messages(
    [
        ("system", "Local time: {now}\n" + RULES),
        ("placeholder", "{history}"),
        ("human", "{question}"),
    ]
)

chain = (
    RunnablePassthrough.assign(now=lambda _: datetime.now().strftime("%c"))  # want: PFX101 PFX201
    | prompt
    | ChatAnthropic(model="claude-sonnet-5")
    | StrOutputParser()
)


def tide(question: str, history: list) -> str:
    return chain.invoke({"question": question, "history": history})
