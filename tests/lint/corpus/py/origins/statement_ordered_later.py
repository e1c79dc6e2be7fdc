"""Ordered in a second step."""
from openai import OpenAI
from sqlalchemy import select

from .tables import Rule

client = OpenAI()


def rules(db) -> list[str]:
    query = select(Rule).where(Rule.active)
    query = query.order_by(Rule.id)
    return [r.text for r in db.scalars(query)]


def ask(db, turns: list[dict]):
    system = {"role": "system", "content": "You moderate.\n" + "\n".join(rules(db))}
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *turns])
