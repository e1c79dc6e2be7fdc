from datetime import datetime

from openai import OpenAI
from pydantic import BaseModel


class Booking(BaseModel):
    start: str
    end: str


def booking_tool() -> dict:
    return {
        "type": "function",
        "function": {
            "name": "book",
            "description": f"Books a room. The current time is {datetime.now():%Y-%m-%d %H:%M}.",  # want: PFX101
            "parameters": Booking.model_json_schema(),
        },
    }


class Desk:
    def __init__(self) -> None:
        self.client = OpenAI()

    def ask(self, messages: list[dict]):
        return self.client.chat.completions.create(
            model="gpt-5.1", messages=messages, tools=[booking_tool()]
        )
