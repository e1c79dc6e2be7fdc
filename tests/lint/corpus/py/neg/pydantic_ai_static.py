"""pydantic-ai: what varies goes into the user's prompt and into tools."""
from dataclasses import dataclass
from datetime import datetime

from pydantic_ai import Agent, RunContext


@dataclass
class Deps:
    customer: str


agent = Agent("openai:gpt-5.1", deps_type=Deps, instructions="You help customers of a bank. " * 150)


@agent.tool
def balance(ctx: RunContext[Deps]) -> str:
    """Tell the balance."""
    return f"{ctx.deps.customer}: 12.50 at {datetime.now():%H:%M}"


async def serve(deps: Deps, text: str, history: list):
    return await agent.run(f"{text}\n\n(sent at {datetime.now():%H:%M})", deps=deps, message_history=history)
