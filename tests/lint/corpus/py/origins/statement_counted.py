"""A number of rows has no order; it is told in the newest turn."""
from openai import OpenAI
from sqlalchemy import func, select

from .tables import Rule

client = OpenAI()
GUIDE = "You moderate a forum. Name the rule that a post breaks. " * 80


def ask(db, turns: list[dict], post: str):
    count = db.scalar(select(func.count()).select_from(Rule))
    turns.append({"role": "user", "content": f"{post}\n({count} rules hold)"})
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": GUIDE}, *turns])
