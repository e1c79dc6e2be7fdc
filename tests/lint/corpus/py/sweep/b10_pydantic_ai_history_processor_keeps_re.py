"""Pydantic-ai history processor keeps recent."""

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage
async def keep_recent(messages: list[ModelMessage]) -> list[ModelMessage]:
    return messages[-5:] if len(messages) > 5 else messages  # want: PFX207
agent = Agent("openai:gpt-5.1", instructions="For b10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, history_processors=[keep_recent])
