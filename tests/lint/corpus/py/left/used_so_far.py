"""Agents that are told in each request what the run has cost so far."""

from agents import Agent as Worker
from agents import RunContextWrapper
from pydantic_ai import Agent, RunContext

HOUSE = "Sort the letters of the archive by year and by sender. Never open a sealed one. " * 40
sorter = Agent("openai:gpt-5.1", instructions=HOUSE)


@sorter.instructions
def step_of_the_run(ctx: RunContext[None]) -> str:
    return f"This is step {ctx.run_step}; stop at step twelve."  # want: PFX201


def with_costs(ctx: RunContextWrapper[None], agent: Worker) -> str:
    return f"{HOUSE}\nRequests so far: {ctx.usage.requests}"  # want: PFX201


clerk = Worker(name="clerk", instructions=with_costs, tools=[])
