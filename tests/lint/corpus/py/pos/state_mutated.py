"""A plan that the model changes stands above the history."""
from anthropic import Anthropic

RULES = "You work through a plan until every step is ticked. " * 100


class Planner:
    def __init__(self) -> None:
        self.client = Anthropic()
        self.plan: dict[str, bool] = {}
        self.messages: list[dict] = []

    def tick(self, step: str) -> None:
        self.plan[step] = True

    def _system(self) -> list[dict]:
        done = "\n".join(f"[{'x' if ok else ' '}] {step}" for step, ok in self.plan.items())  # want: PFX201 PFX602
        return [{"type": "text", "text": f"{RULES}\n# Plan\n{done}", "cache_control": {"type": "ephemeral"}}]

    def advance(self, text: str):
        self.messages.append({"role": "user", "content": text})
        reply = self.client.messages.create(
            model="claude-opus-4-5", max_tokens=900, system=self._system(), messages=self.messages
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        for block in reply.content:
            if block.type == "tool_use":
                self.tick(block.input["step"])
        return reply
