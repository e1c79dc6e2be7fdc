from datetime import datetime

from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

SYSTEM = """You are the concierge of a hotel.
Recommend only partners of the hotel. Never promise a table that you did not book. Prices are in euros.
Give at most three recommendations, each with the walking time from the hotel and the opening hours.
"""

prompt = ChatPromptTemplate.from_messages(
    [("system", SYSTEM), MessagesPlaceholder("history"), ("human", "It is {now}. {question}")]
)
chain = prompt | ChatOpenAI(model="gpt-5.1")


def answer(question: str, history: list) -> str:
    return chain.invoke(
        {"now": datetime.now().strftime("%A %H:%M"), "history": history, "question": question}
    ).content
