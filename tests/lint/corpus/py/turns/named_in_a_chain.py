"""What a guest is called stands in a template; the values come from another function."""

from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

HOUSE = "Answer for the hotel. Breakfast is at seven, the pool closes at nine, dogs are welcome. " * 10

desk = ChatPromptTemplate.from_messages(
    [
        ("system", "The guest is {guest}.\n" + HOUSE),  # want: PFX104 PFX201
        MessagesPlaceholder("past"),
        ("human", "{words}"),
    ]
)
chain = desk | ChatOpenAI(model="gpt-4.1")


def answer(guest, past: list, words: str):
    return chain.invoke({"guest": guest.last_name, "past": past, "words": words})
