"""Chat messages of a framework, with an id in the first."""

import uuid

from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-5.1")
RULES = "Sum up what the minutes of a meeting say. " * 80


def sum_up(history: list[ChatMessage], minutes: str):
    trace = uuid.uuid4()
    head = ChatMessage(role=MessageRole.SYSTEM, content=f"[trace {trace}]\n{RULES}")  # want: PFX102 PFX201
    return llm.chat([head, *history, ChatMessage(role=MessageRole.USER, content=minutes)])
