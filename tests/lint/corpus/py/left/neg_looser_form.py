"""A parish register is read with a strict form; only where no answer fits is a looser one tried."""
from openai import OpenAI
from pydantic import BaseModel, ValidationError

client = OpenAI()
GUIDE = "Read the entry of the register. Dates of feasts are turned into days of the year. " * 60


class Strict(BaseModel):
    name: str
    born: int


class Loose(BaseModel):
    name: str
    born: int | None


def read_entry(entry: str):
    for form in (Strict, Loose):
        try:
            reply = client.chat.completions.parse(
                model="gpt-5.1",
                messages=[{"role": "system", "content": GUIDE}, {"role": "user", "content": entry}],
                response_format=form,
            )
            return reply.choices[0].message.parsed
        except ValidationError:
            continue
    return None
