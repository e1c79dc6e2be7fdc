"""An agent of pydantic-ai with a list of instructions, one of them a function."""

from datetime import datetime

from pydantic_ai import Agent

RULES = "Book tables. Ask how many come, and whether they bring a dog. " * 80


def now() -> str:
    return f"It is {datetime.now():%A, %H:%M}."  # want: PFX101


agent = Agent("openai:gpt-5.1", instructions=[now, RULES])


async def book(wish: str, history):
    return await agent.run(wish, message_history=history)
