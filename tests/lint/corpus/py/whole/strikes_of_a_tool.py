"""Three strikes, and a tool is no longer offered."""

import anthropic

client = anthropic.Anthropic()
GUIDE = "You plan the rounds of a night watchman. Doors first, then windows, then the boiler. " * 90


class Watch:
    def __init__(self, offered: list[dict]):
        self.offered = offered
        self.strikes: dict[str, int] = {}
        self.messages: list[dict] = []

    def strike(self, name: str) -> None:
        self.strikes[name] = self.strikes.get(name, 0) + 1  # want: PFX305

    def ask(self, text: str):
        self.messages.append({"role": "user", "content": text})
        answer = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=900,
            system=[{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral"}}],
            tools=[each for each in self.offered if self.strikes.get(each["name"], 0) < 3],
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": answer.content})
        return answer
