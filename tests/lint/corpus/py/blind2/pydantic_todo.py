from dataclasses import dataclass, field

from pydantic_ai import Agent, RunContext

GUIDE = open("prompts/household.md").read()


@dataclass
class Board:
    items: dict[str, bool] = field(default_factory=dict)

    def render(self) -> str:
        return "\n".join(f"- [{'x' if done else ' '}] {name}" for name, done in self.items.items())


household = Agent("openai:gpt-4.1", deps_type=Board, instructions=GUIDE)


@household.instructions
def open_items(ctx: RunContext[Board]) -> str:
    return "Board right now:\n" + ctx.deps.render()  # want: PFX201


@household.tool
def add(ctx: RunContext[Board], name: str) -> str:
    ctx.deps.items[name] = False
    return "added"


@household.tool
def tick(ctx: RunContext[Board], name: str) -> str:
    ctx.deps.items[name] = True
    return "done"


async def chat(board: Board, text: str, history):
    return await household.run(text, deps=board, message_history=history)
