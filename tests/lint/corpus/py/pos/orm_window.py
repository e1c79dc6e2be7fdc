"""The newest forty rows of a mapped class."""
from sqlalchemy import select

from models import Message

from openai import OpenAI

client = OpenAI()


def recent(session, chat: str) -> list[dict]:
    query = select(Message).where(Message.chat == chat)
    rows = session.scalars(query.order_by(Message.id.desc()).limit(40)).all()
    return [{"role": r.role, "content": r.content} for r in reversed(rows)]


def newest(session, chat: str):
    rows = session.query(Message).filter_by(chat=chat).order_by(Message.id.desc()).limit(40).all()  # want: PFX207
    return [{"role": r.role, "content": r.content} for r in rows]


def ask(session, chat: str, system: dict):
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *newest(session, chat)])
