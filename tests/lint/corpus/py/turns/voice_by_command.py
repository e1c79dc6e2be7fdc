"""The voice that reads is named in the head, and a word of the listener changes it."""

from anthropic import Anthropic

client = Anthropic()
RULES = "You read fairy tales aloud, page by page. Stop where it gets dark. Ask whether to go on. " * 8


class Reader:
    def __init__(self, voice: str):
        self.voice = voice
        self.said: list[dict] = []

    def obey(self, words: str) -> None:
        name, _, rest = words.partition(" ")
        if name == "!voice":
            self.voice = rest.strip()  # want: PFX201

    def hear(self, text: str):
        if text.startswith("!"):
            self.obey(text)
            return None
        self.said.append({"role": "user", "content": text})
        r = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=300,
            system=f"Voice: {self.voice}\n{RULES}",
            messages=self.said,
        )
        self.said.append({"role": "assistant", "content": r.content})
        return r
