"""Rows of a mapped class in the order of their numbers; the whole list of Redis."""
import json

from sqlalchemy import select

from models import Fact, Message

from openai import OpenAI

client = OpenAI()
HEAD = "Know the facts below. " * 80


def facts(session) -> str:
    return "\n".join(r.text for r in session.execute(select(Fact).order_by(Fact.id)).scalars().all())


def history(session, redis, chat: str) -> list[dict]:
    rows = session.query(Message).filter_by(chat=chat).order_by(Message.id).all()
    old = [json.loads(m) for m in redis.lrange(chat, 0, -1)]
    return [*old, *({"role": r.role, "content": r.content} for r in rows)]


def name(session, user: int) -> str:
    return session.query(Message).filter_by(id=user).one().role


def ask(session, redis, chat: str):
    system = {"role": "system", "content": HEAD + facts(session)}
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *history(session, redis, chat)])
