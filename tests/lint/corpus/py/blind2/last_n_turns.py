import itertools
import sqlite3
from collections.abc import Iterator

from anthropic import Anthropic

MAX_TURNS = 16
client = Anthropic()


class History:
    def __init__(self, path: str = "chat.db"):
        self.db = sqlite3.connect(path)

    def append(self, chat: int, role: str, text: str) -> None:
        with self.db:
            self.db.execute("INSERT INTO turns(chat, role, text) VALUES (?, ?, ?)", (chat, role, text))

    def all(self, chat: int) -> list[tuple[str, str]]:
        return self.db.execute("SELECT role, text FROM turns WHERE chat = ? ORDER BY rowid", (chat,)).fetchall()

    def tail(self, chat: int) -> Iterator[dict]:
        newest = itertools.islice(reversed(self.all(chat)), MAX_TURNS)  # want: PFX207
        for role, text in reversed(list(newest)):
            yield {"role": role, "content": text}


def converse(history: History, chat: int, system: str, text: str) -> str:
    history.append(chat, "user", text)
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=1000,
        system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        messages=list(history.tail(chat)),  # want: PFX207
    )
    history.append(chat, "assistant", reply.content[0].text)
    return reply.content[0].text
