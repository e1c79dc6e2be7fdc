"""A query without an order, in text."""

import sqlalchemy as sa

from openai import OpenAI

client = OpenAI()
HEAD = "Know the prices below. " * 90


def prices(session) -> str:
    rows = session.execute(
        sa.text("SELECT name, price FROM goods WHERE active")
    ).all()  # want: PFX301
    return "\n".join(f"{name}: {price}" for name, price in rows)


def ask(session, text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": prices(session) + "\n" + HEAD},
            {"role": "user", "content": text},
        ],
    )
