"""Plan object passed in deps mutated by tool via local name."""

from dataclasses import dataclass, field
from agents import Agent, RunContextWrapper, function_tool
@dataclass
class Todo:
    text: str
    done: bool = False
@dataclass
class Ctx:
    todos: list[Todo] = field(default_factory=list)
@function_tool
def done(ctx: RunContextWrapper[Ctx], n: int) -> str:
    todo = ctx.context.todos[n]
    todo.done = True
    return "ok"
HEAD = "For h08 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def instructions(ctx: RunContextWrapper[Ctx], agent) -> str:
    return HEAD + "\n".join(f"{t.text} {t.done}" for t in ctx.context.todos)  # want: PFX201
agent = Agent(name="a", instructions=instructions, tools=[done])
