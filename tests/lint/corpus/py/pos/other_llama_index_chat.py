"""llama-index: messages as objects, a clock in the first."""
from datetime import datetime

from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-5.1")
memory = ChatMemoryBuffer.from_defaults(token_limit=40_000)  # want: PFX207
TEXT = "You are a guide in a museum of clocks. " * 120


def opening() -> ChatMessage:
    return ChatMessage(role=MessageRole.SYSTEM, content=f"{datetime.now().time()}\n{TEXT}")  # want: PFX101 PFX201


def guide(question: str) -> str:
    memory.put(ChatMessage(role="user", content=question))
    reply = llm.chat([opening()] + memory.get())
    memory.put(reply.message)
    return reply.message.content
