"""One row, and a number."""
from openai import OpenAI
from sqlalchemy import func, select

from .tables import House, Rule

client = OpenAI()


def head(db) -> str:
    query = select(House).where(House.id == 1)
    house = db.scalars(query).one()
    rules = db.scalars(select(Rule).order_by(Rule.id)).all()
    return house.motto + "\n" + "\n".join(r.text for r in rules)


def ask(db, turns: list[dict]):
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": head(db)}, *turns]
    )
