"""A conversation with the service's own breakpoint, which moves along with it."""

from anthropic import Anthropic

client = Anthropic()
POINTS = "Talk about recipes: amounts, order of the steps, safety, seasons, cost. " * 60


class Talk:
    def __init__(self):
        self.messages = []

    def say(self, text: str):
        self.messages.append({"role": "user", "content": text})
        r = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=100,
            cache_control={"type": "ephemeral"},
            system=POINTS,
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": r.content})
        return r
