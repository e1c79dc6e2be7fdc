"""Debt counselling chat. The rendered system text is a column of the conversation."""
import sqlite3
from datetime import datetime
from pathlib import Path

import anthropic

RULES = Path("prompts/counsel.md").read_text()
client = anthropic.Anthropic()


def start(db: sqlite3.Connection, name: str) -> int:
    system = f"{RULES}\n\nYou talk with {name}. The conversation began on {datetime.now():%d %B %Y at %H:%M}."
    with db:
        cursor = db.execute("INSERT INTO conversations(system) VALUES (?)", (system,))
    return cursor.lastrowid


def load(db: sqlite3.Connection, conv: int) -> tuple[str, list[dict]]:
    (system,) = db.execute("SELECT system FROM conversations WHERE id = ?", (conv,)).fetchone()
    rows = db.execute("SELECT role, content FROM messages WHERE conv = ? ORDER BY id", (conv,))
    return system, [{"role": r, "content": c} for r, c in rows]


def turn(db: sqlite3.Connection, conv: int, text: str) -> str:
    system, messages = load(db, conv)
    messages.append({"role": "user", "content": text})
    reply = client.messages.create(model="claude-sonnet-4-5", max_tokens=800, system=system, messages=messages)
    answer = reply.content[0].text
    with db:
        db.executemany(
            "INSERT INTO messages(conv, role, content) VALUES (?, ?, ?)",
            [(conv, "user", text), (conv, "assistant", answer)],
        )
    return answer
