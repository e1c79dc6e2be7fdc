"""Todo state in dynamic instructions pydantic-ai."""

from pydantic_ai import Agent, RunContext
agent = Agent("openai:gpt-5.1", deps_type=dict, instructions="For a27 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
class Board:
    def __init__(self): self.items = []
    def add(self, t): self.items.append(t)
    def render(self): return "\n".join(f"[ ] {t}" for t in self.items)
board = Board()
@agent.tool_plain
def add_todo(text: str) -> str:
    board.add(text)
    return "added"
@agent.instructions
def todos() -> str:
    return "Open items:\n" + board.render()  # want: PFX201
