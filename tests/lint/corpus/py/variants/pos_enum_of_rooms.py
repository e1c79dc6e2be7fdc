"""The class of the answer is made of the rooms that are free for each request."""

from enum import StrEnum

from openai import OpenAI
from pydantic import create_model

client = OpenAI()
TASK = "Choose the room that fits the meeting best, and say why in one sentence. " * 60


def choose(meeting: str, rooms: list[str]):
    Room = StrEnum("Room", [room for room in rooms])
    Choice = create_model("Choice", room=(Room, ...), why=(str, ...))
    return client.responses.parse(
        model="gpt-5.1",
        instructions=TASK,
        input=meeting,
        text_format=Choice,  # want: PFX605
    )
