"""A system message of a chain holds the time."""

from datetime import datetime

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="gpt-5.1")
RULES = "Write letters to the tenants of a house. " * 80


def letter(history: list, text: str):
    now = datetime.now().strftime("%d %B %Y, %H:%M")  # want: PFX101
    return model.invoke(
        [SystemMessage(content=f"{now}\n{RULES}"), *history, HumanMessage(content=text)]
    )
