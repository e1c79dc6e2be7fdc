"""LangChain messages, appended only."""

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-5.1")
SYSTEM = SystemMessage(content="Coach somebody who learns to swim. One step at a time. " * 80)


class Coach:
    def __init__(self):
        self.messages = [SYSTEM]

    def say(self, text: str) -> str:
        self.messages.append(HumanMessage(content=text))
        reply = llm.invoke(self.messages)
        self.messages.append(AIMessage(content=reply.content))
        return reply.content
