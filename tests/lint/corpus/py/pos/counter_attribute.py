"""A counter of the object is told at the top."""

import anthropic

client = anthropic.Anthropic()
CHARTER = "Negotiate a price for used bicycles. " * 90


class Bot:
    def __init__(self):
        self.turn = 0
        self.messages: list[dict] = []

    def system(self) -> str:
        return f"Turn {self.turn}. " + CHARTER  # want: PFX201

    def say(self, text: str):
        self.turn += 1  # want: PFX201 | same
        self.messages.append({"role": "user", "content": text})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=300, system=self.system(), messages=self.messages
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
