import anthropic

client = anthropic.Anthropic()
CAP = 60


class Pen:
    """Long chats lose their older half, at most once in thirty messages."""

    def __init__(self, system: str):
        self.system = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        self.messages: list[dict] = []

    def _shrink(self) -> None:
        if len(self.messages) >= CAP:
            self.messages = self.messages[CAP // 2 :]

    def write(self, text: str) -> str:
        self._shrink()
        self.messages.append({"role": "user", "content": text})
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=1000, system=self.system, messages=self.messages
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply.content[0].text
