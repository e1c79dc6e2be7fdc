"""Rows that only decide what may be asked never reach the prompt."""
from openai import OpenAI
from sqlalchemy import select

from .tables import Topic

client = OpenAI()
GUIDE = "You moderate a forum. Name the rule that a post breaks. " * 80


def ask(db, turns: list[dict], topic: str):
    query = select(Topic.name).where(Topic.open)
    if topic not in set(db.scalars(query)):
        raise LookupError(topic)
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": GUIDE}, *turns])
