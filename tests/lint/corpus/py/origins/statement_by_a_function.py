"""The statement is made by a function of its own."""
from openai import OpenAI
from sqlalchemy import select

from .tables import Term

client = OpenAI()


def live_terms():
    return select(Term).filter_by(live=True)  # want: PFX301


def glossary(session) -> str:
    return "\n".join(f"{t.word}: {t.meaning}" for t in session.scalars(live_terms()).all())


def ask(session, turns: list[dict]):
    return client.responses.create(model="gpt-5.1", instructions="Use the glossary.\n" + glossary(session), input=turns)
