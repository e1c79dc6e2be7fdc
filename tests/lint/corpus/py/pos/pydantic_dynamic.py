from dataclasses import dataclass
from datetime import datetime

from pydantic_ai import Agent, RunContext


@dataclass
class Deps:
    store: str


agent = Agent(
    "anthropic:claude-sonnet-5",
    deps_type=Deps,
    instructions="Help the clerk. " + "Prices come from the till and never from memory. " * 30,
)


@agent.instructions
async def moment(ctx: RunContext[Deps]) -> str:
    return f"It is {datetime.now():%H:%M} in {ctx.deps.store}."  # want: PFX101


async def main(question: str, history):
    result = await agent.run(question, deps=Deps("north"), message_history=history)
    return result.output
