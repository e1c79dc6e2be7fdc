"""Instructions of an agent that read a counter of its dependencies."""
from dataclasses import dataclass, field
from datetime import datetime

from pydantic_ai import Agent, RunContext


@dataclass
class Deps:
    customer: str
    asked: list[str] = field(default_factory=list)

    def clock(self) -> str:
        return f"{datetime.now():%Y-%m-%d %H:%M:%S}"  # want: PFX101 PFX201


agent = Agent(
    "anthropic:claude-sonnet-5",
    deps_type=Deps,
    instructions="Answer as the help desk of a bank. " * 150,
)


@agent.instructions
async def context(ctx: RunContext[Deps]) -> str:
    return "Time at the desk: " + ctx.deps.clock()


async def serve(customer: str, text: str, history: list):
    result = await agent.run(text, deps=Deps(customer), message_history=history)
    return result.output
