"""Rows of a mapped class without an order."""
from sqlalchemy import select

from models import Fact

from openai import OpenAI

client = OpenAI()
HEAD = "Know the facts below. " * 80


def facts(session) -> str:
    rows = session.execute(select(Fact).where(Fact.active)).scalars().all()  # want: PFX301
    return "\n".join(r.text for r in rows)


def ask(session, text: str):
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": facts(session) + HEAD}, {"role": "user", "content": text}]
    )
