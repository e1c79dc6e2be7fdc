"""Rows are asked for in an order."""
import sqlite3

from openai import OpenAI

BASE = "You are a private tutor. " * 160
QUERY = """
    SELECT title, body
      FROM notes
     WHERE topic = :topic
     ORDER BY created, id
"""


def notes(db: sqlite3.Connection, topic: str) -> str:
    rows = db.execute(QUERY, {"topic": topic})
    return "\n".join(f"{title}: {body}" for title, body in rows)


def lesson(db: sqlite3.Connection, text: str):
    return OpenAI().responses.create(
        model="gpt-5.1", instructions=f"{BASE}\n{notes(db, 'algebra')}", input=text
    )
