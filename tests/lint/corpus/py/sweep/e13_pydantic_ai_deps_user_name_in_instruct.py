"""Pydantic-ai deps user name in instructions."""

from dataclasses import dataclass
from pydantic_ai import Agent, RunContext
@dataclass
class Deps:
    user_name: str
    balance: float
agent = Agent("anthropic:claude-sonnet-5", deps_type=Deps)
GUIDE = "For e13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@agent.instructions
def who(ctx: RunContext[Deps]) -> str:
    return f"The customer's name is {ctx.deps.user_name}, balance {ctx.deps.balance}.\n{GUIDE}"  # want: PFX104 PFX201
