"""Letters lie in a table; the newest twenty go along."""

from openai import OpenAI
from sqlalchemy import select

from .tables import Letter

client = OpenAI()


class Letters:
    def __init__(self, db):
        self.db = db

    def put(self, who: str, words: str) -> None:
        self.db.add(Letter(who=who, words=words))
        self.db.commit()

    def newest(self) -> list:
        wanted = select(Letter).order_by(Letter.number.desc()).limit(20)  # want: PFX207
        return list(reversed(self.db.scalars(wanted).all()))


def answer(letters: Letters, words: str):
    letters.put("user", words)
    sent = [{"role": row.who, "content": row.words} for row in letters.newest()]
    return client.chat.completions.create(model="gpt-4.1", messages=sent)
