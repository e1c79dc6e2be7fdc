"""Effort rises after the third turn."""
from openai import OpenAI

client = OpenAI()


class Solver:
    def __init__(self):
        self.turns = 0
        self.items = []

    def step(self, text):
        self.turns += 1
        self.items.append({"role": "user", "content": text})
        effort = "high" if self.turns > 3 else "low"
        reply = client.responses.create(
            model="gpt-5.1", instructions="Prove it. " * 300, input=self.items, reasoning={"effort": effort}  # want: PFX605
        )
        self.items += reply.output
        return reply
