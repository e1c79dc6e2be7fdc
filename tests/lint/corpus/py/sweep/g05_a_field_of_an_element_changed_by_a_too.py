"""A field of an element changed by a tool stands in dynamic instructions."""

from dataclasses import dataclass, field
from pydantic_ai import Agent, RunContext
@dataclass
class Crate:
    label: str
    is_packed: bool = False
@dataclass
class Move:
    crates: list[Crate] = field(default_factory=list)
agent = Agent("openai:gpt-5.1", deps_type=Move, instructions="For g05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
@agent.tool
def pack(ctx: RunContext[Move], number: int) -> str:
    ctx.deps.crates[number].is_packed = True
    return "packed"
@agent.instructions
def crates(ctx: RunContext[Move]) -> str:
    return "Crates:\n" + "\n".join(f"{c.label}: {c.is_packed}" for c in ctx.deps.crates)  # want: PFX201
