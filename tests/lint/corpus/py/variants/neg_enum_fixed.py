"""The class of the answer is made once, of what never changes."""

from enum import Enum

from openai import OpenAI
from pydantic import create_model

client = OpenAI()
TASK = "Choose the room that fits the meeting best, and say why in one sentence. " * 60
ROOMS = ("Elm", "Oak", "Ash")
Room = Enum("Room", {name.lower(): name for name in ROOMS})
Choice = create_model("Choice", room=(Room, ...), why=(str, "none given"))


def choose(meeting: str):
    messages = [{"role": "system", "content": TASK}, {"role": "user", "content": meeting}]
    return client.chat.completions.parse(model="gpt-5.1", messages=messages, response_format=Choice)
