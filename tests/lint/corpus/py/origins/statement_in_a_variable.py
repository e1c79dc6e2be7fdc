"""Facts by SQLModel, the statement in a variable."""
from openai import OpenAI
from sqlmodel import Session, select

from models import Fact

client = OpenAI()


def facts(session: Session) -> str:
    statement = select(Fact).where(Fact.shown == True)  # want: PFX301
    statement = statement.where(Fact.topic == "harbour")
    results = session.exec(statement)
    return "\n".join(f.text for f in results)


def ask(session: Session, turns: list[dict]):
    system = {"role": "system", "content": "You know a harbour.\n" + facts(session)}
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *turns])
