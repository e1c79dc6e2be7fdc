"""A tool says the time in its description."""

from datetime import datetime

from openai import OpenAI

client = OpenAI()
HEAD = "Keep appointments. " * 90


def calendar() -> dict:
    text = "Books appointments. Now: {now:%H:%M}".format(now=datetime.now())  # want: PFX101
    return {"type": "function", "function": {"name": "calendar", "description": text}}


def ask(question: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        tools=[calendar()],
        messages=[{"role": "system", "content": HEAD}, {"role": "user", "content": question}],
    )
