import time
from dataclasses import dataclass, field
from pathlib import Path

from openai import OpenAI


@dataclass
class ReloadingPrompt:
    """Reads a prompt file at most once in ten minutes."""

    path: Path
    ttl: float = 600.0
    _text: str = ""
    _read_at: float = field(default=float("-inf"))

    def __str__(self) -> str:
        now = time.monotonic()
        if now - self._read_at > self.ttl:
            self._text = self.path.read_text(encoding="utf-8")
            self._read_at = now
        return self._text


BROKER = ReloadingPrompt(Path("/etc/assistant/broker.md"))
client = OpenAI()


def valuate(listing: str) -> str:
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": str(BROKER)}, {"role": "user", "content": listing}],
    )
    return r.choices[0].message.content
