"""A pydantic-ai agent whose instructions read a counter of its dependencies."""

from dataclasses import dataclass

from pydantic_ai import Agent, RunContext


@dataclass
class Deps:
    budget: int
    spent: int = 0


agent = Agent(
    "anthropic:claude-sonnet-5",
    deps_type=Deps,
    instructions="Plan trips by train. Prefer few changes. Say what each leg costs. " * 60,
)


@agent.instructions
def purse(ctx: RunContext[Deps]) -> str:
    return (
        f"Left to spend: {ctx.deps.budget - ctx.deps.spent} of {ctx.deps.budget}."  # want: PFX201
    )


@agent.tool
def pay(ctx: RunContext[Deps], amount: int) -> str:
    ctx.deps.spent += amount  # want: PFX201
    return "paid"


async def trip(wish: str, deps: Deps, history):
    return await agent.run(wish, deps=deps, message_history=history)
