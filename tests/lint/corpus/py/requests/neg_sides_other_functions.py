"""Two functions of a library, each for conversations of its own kind."""
from openai import OpenAI

client = OpenAI()
COOK = "You are a cook. " * 100
PILOT = "You are a pilot. " * 100


def cook(messages):
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": COOK}, *messages])


def pilot(messages):
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": PILOT}, *messages])
