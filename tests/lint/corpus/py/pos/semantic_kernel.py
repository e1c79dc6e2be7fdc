"""Semantic Kernel: a history object with a system message."""
from datetime import datetime

from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory

service = OpenAIChatCompletion(ai_model_id="gpt-5.1")
CHARTER = "You help tenants with repairs. Name the form that they need. " * 80


async def answer(question: str, earlier: list[tuple[str, str]]) -> str:
    history = ChatHistory(system_message=f"Today, {datetime.now():%d %B %H:%M}:\n{CHARTER}")  # want: PFX101 PFX201
    for asked, said in earlier:
        history.add_user_message(asked)
        history.add_assistant_message(said)
    history.add_user_message(question)
    reply = await service.get_chat_message_content(history, OpenAIChatPromptExecutionSettings())
    return str(reply)
