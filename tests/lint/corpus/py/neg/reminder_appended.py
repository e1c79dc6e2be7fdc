"""A reminder is appended to a copy as a message of its own, at the end."""

from openai import OpenAI

client = OpenAI()
NOTE = {"role": "user", "content": "(Answer in one sentence.)"}


def ask(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=[*history, NOTE])
