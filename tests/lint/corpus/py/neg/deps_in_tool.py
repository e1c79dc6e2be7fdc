"""A counter of the dependencies is told by a tool, and not in the head."""

from dataclasses import dataclass

from pydantic_ai import Agent, RunContext


@dataclass
class Purse:
    spent: int = 0


agent = Agent(
    "anthropic:claude-sonnet-5",
    deps_type=Purse,
    instructions="Buy vegetables at the market. Never pay more than is asked. " * 80,
)


@agent.tool
def left(ctx: RunContext[Purse]) -> str:
    ctx.deps.spent += 3
    return f"spent {ctx.deps.spent}"


async def shop(wish: str, purse: Purse, history):
    return await agent.run(wish, deps=purse, message_history=history)
