"""A class around another one, with a default that a parameter gives: no member is."""

from openai import OpenAI
from pydantic import BaseModel, create_model

client = OpenAI()
TASK = "Choose the room that fits the meeting best, and say why in one sentence. " * 60


def choose(meeting: str, kind: type[BaseModel], language: str = "en"):
    Answer = create_model("Answer", __base__=kind, language=(str, language))
    messages = [{"role": "system", "content": TASK}, {"role": "user", "content": meeting}]
    return client.chat.completions.parse(model="gpt-5.1", messages=messages, response_format=Answer)
