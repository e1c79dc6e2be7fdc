"""Old messages are deleted in place before each call."""

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
PROMPT = "Teach chess openings. Show one line at a time. Ask before you go on. " * 70
KEEP = 30


class Lesson:
    def __init__(self) -> None:
        self.history: list[dict] = []

    def _trim(self) -> None:
        if len(self.history) > KEEP:
            del self.history[: len(self.history) - KEEP]  # want: PFX207

    async def say(self, text: str):
        self.history.append({"role": "user", "content": text})
        self._trim()
        message = await client.messages.create(
            model="claude-opus-5", max_tokens=500, system=PROMPT, messages=self.history
        )
        self.history.append({"role": "assistant", "content": message.content})
        return message
