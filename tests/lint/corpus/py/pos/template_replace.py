"""A template of a module is filled by `replace`."""

import datetime

from openai import OpenAI

client = OpenAI()
TEMPLATE = "Time: <<now>>\n" + "Tell stories for children. " * 90


def filled() -> str:
    now = datetime.datetime.now()  # want: PFX101
    return TEMPLATE.replace("<<now>>", str(now))


def tell(wish: str):
    return client.responses.create(model="gpt-5.1", instructions=filled(), input=wish)
