"""The list of tasks, which tools change, is part of the instructions."""

from pydantic_ai import Agent, RunContext


class Todos:
    def __init__(self):
        self.items: list[str] = []

    def add(self, text: str) -> None:
        self.items.append(text)

    def done(self, number: int) -> None:
        self.items.pop(number)

    def text(self) -> str:
        return "\n".join(f"[ ] {i}" for i in self.items)  # want: PFX201


todos = Todos()
agent = Agent("openai:gpt-5.1", instructions="Plan first, then work. " * 60)


@agent.instructions
def open_tasks(ctx: RunContext) -> str:  # want: PFX201
    return "Open tasks:\n" + todos.text()  # want: PFX201
