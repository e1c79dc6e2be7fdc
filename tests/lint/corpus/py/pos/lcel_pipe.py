from datetime import datetime

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

SYSTEM = """You are the concierge of a hotel. It is {now}.
Recommend only partners of the hotel. Never promise a table that you did not book. Prices are in euros.
Give at most three recommendations, each with the walking time from the hotel and the opening hours.
"""

prompt = ChatPromptTemplate.from_messages(
    [("system", SYSTEM), MessagesPlaceholder("history"), ("human", "{question}")]
)
chain = prompt | ChatOpenAI(model="gpt-5.1") | StrOutputParser()


def answer(question: str, history: list) -> str:
    return chain.invoke(
        {
            "now": datetime.now().strftime("%A %H:%M"),  # want: PFX101
            "history": history,
            "question": question,
        }
    )
