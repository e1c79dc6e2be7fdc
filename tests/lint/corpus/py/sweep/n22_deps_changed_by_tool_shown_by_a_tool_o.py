"""Deps changed by tool, shown by a tool only."""

from dataclasses import dataclass, field
from pydantic_ai import Agent, RunContext
@dataclass
class Plan: tasks: list[str] = field(default_factory=list)
agent = Agent("openai:gpt-5.1", deps_type=Plan, instructions="For n22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
@agent.tool
def add(ctx: RunContext[Plan], t: str) -> str:
    ctx.deps.tasks.append(t); return "ok"
@agent.tool
def show(ctx: RunContext[Plan]) -> str:
    return "\n".join(ctx.deps.tasks)
