"""A memory of eight turns, loaded by a function of the chain."""

from langchain.memory import ConversationBufferWindowMemory
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI

HEAD = "You help bee keepers. Name the month. Mind the weather. Ask for the strength of the hive. "


class Keeper:
    def __init__(self):
        self.past = ConversationBufferWindowMemory(k=8, return_messages=True)  # want: PFX207
        asked = ChatPromptTemplate.from_messages(
            [("system", HEAD * 10), MessagesPlaceholder("past"), ("human", "{words}")]
        )
        loads = RunnablePassthrough.assign(past=RunnableLambda(self.load))
        self.chain = loads | asked | ChatOpenAI(model="gpt-4.1")

    def load(self, given: dict) -> list:
        return self.past.load_memory_variables({})["history"]

    def hear(self, words: str):
        return self.chain.invoke({"words": words})
