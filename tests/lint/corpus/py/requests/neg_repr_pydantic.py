from pydantic import BaseModel
from openai import OpenAI

client = OpenAI()


class Shop(BaseModel):
    name: str
    town: str


SHOP = Shop(name="A", town="B")


class Err(Exception):
    pass


def ask(history):
    system = "You sell. " * 100 + f"Shop: {SHOP}. " + str(Err("no")) + " Polite."
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
