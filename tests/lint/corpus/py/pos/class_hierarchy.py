"""A base class builds the head, a subclass brings the clock."""

import time

from openai import OpenAI

client = OpenAI()
RULES = "Give directions in a botanical garden. " * 80


class Base:
    def preface(self) -> str:
        return ""

    def head(self) -> str:
        return self.preface() + RULES

    def ask(self, text: str):
        return client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": self.head()},
                {"role": "user", "content": text},
            ],
        )


class Timed(Base):
    def preface(self) -> str:
        return f"{time.strftime('%H:%M:%S')} "  # want: PFX101
