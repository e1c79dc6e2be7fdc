"""A tool's enumeration is filled from a query without an order."""
from openai import OpenAI


def rooms(db):
    return [row[0] for row in db.execute("SELECT name FROM rooms WHERE open = 1")]  # want: PFX301 PFX304


def tools(db):
    return [{"type": "function", "name": "book", "parameters": {"type": "object", "properties": {"room": {"enum": rooms(db)}}}}]


def ask(db, items):
    return OpenAI().responses.create(model="gpt-5.1", input=items, tools=tools(db), instructions="You book rooms. " * 200)
