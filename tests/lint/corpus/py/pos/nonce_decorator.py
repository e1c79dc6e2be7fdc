"""A decorator puts a nonce into the first message."""
import functools
import uuid

from openai import OpenAI

client = OpenAI()
RULES = "You answer questions about building regulations. " * 100


def traced(build):
    @functools.wraps(build)
    def wrapper(*args, **kwargs):
        messages = build(*args, **kwargs)
        first = messages[0]
        tag = uuid.uuid4()  # want: PFX102 PFX201
        return [{**first, "content": f"<request id='{tag}'/>\n{first['content']}"}, *messages[1:]]

    return wrapper


@traced
def conversation(question: str) -> list[dict]:
    return [{"role": "system", "content": RULES}, {"role": "user", "content": question}]


def ask(question: str):
    return client.chat.completions.create(model="gpt-5.1", messages=conversation(question))
