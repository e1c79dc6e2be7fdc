"""Notes out of SQLite, without an order."""
import sqlite3
from contextlib import closing

from openai import OpenAI

BASE = "You are a private tutor. Build on what the pupil knows. " * 80


class Notes:
    def __init__(self, path: str) -> None:
        self.path = path

    def all(self, topic: str) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute("SELECT title, body FROM notes WHERE topic = ?", (topic,)).fetchall()  # want: PFX301 PFX204


def system_text(notes: Notes) -> str:
    lines = [BASE]
    for title, body in notes.all("algebra"):
        lines += [f"{title}: {body}"]
    return "\n".join(lines)


def lesson(notes: Notes, text: str):
    return OpenAI().responses.create(
        model="gpt-5.1",
        input=[{"role": "system", "content": system_text(notes)}, {"role": "user", "content": text}],
    )
