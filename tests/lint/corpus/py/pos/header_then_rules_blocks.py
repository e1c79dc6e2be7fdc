"""A block with the session's number of turns stands before the cached one."""
from anthropic import AsyncAnthropic

RULES = "Keep the minutes of the club. " * 200


class Minutes:
    def __init__(self) -> None:
        self.client = AsyncAnthropic()
        self.turn = 0
        self.messages: list[dict] = []

    async def add(self, text: str):
        self.turn += 1  # want: PFX201 PFX602
        self.messages.append({"role": "user", "content": text})
        blocks = [
            {"type": "text", "text": f"Turn {self.turn}"},
            {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}},
        ]
        return await self.client.messages.create(
            model="claude-opus-4-5", max_tokens=500, system=blocks, messages=self.messages
        )
