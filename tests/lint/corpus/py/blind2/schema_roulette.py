from enum import Enum

from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()


class Mood(BaseModel):
    label: str
    score: float


class Topics(BaseModel):
    topics: list[str]


class NextAction(BaseModel):
    action: str
    owner: str | None = None


class Stage(Enum):
    MOOD = Mood
    TOPICS = Topics
    NEXT = NextAction


def analyse(handbook: str, call_transcript: str) -> dict[str, BaseModel]:
    messages = [
        {"role": "system", "content": handbook},
        {"role": "user", "content": call_transcript},
    ]
    out: dict[str, BaseModel] = {}
    for stage in Stage:
        completion = client.beta.chat.completions.parse(
            model="gpt-4.1",
            messages=messages,
            response_format=stage.value,  # want: PFX605
        )
        out[stage.name] = completion.choices[0].message.parsed
    return out
