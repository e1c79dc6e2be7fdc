"""A herbarium reads its sheets trait by trait; one form of the answer has all traits, and every round sends it."""
from dataclasses import dataclass

from openai import OpenAI
from pydantic import create_model

client = OpenAI()
GUIDE = "Read the label of the sheet. Latin names stay as they are written. A pencil note is younger than ink. " * 60


@dataclass(frozen=True)
class Trait:
    key: str
    kind: type
    asked: str


TRAITS = (
    Trait("altitude", int, "At which altitude in metres was the plant found?"),
    Trait("collector", str, "Who collected the plant?"),
    Trait("flowering", bool, "Does the label say that it was in flower?"),
)


def form_of_all(traits: tuple[Trait, ...]):
    return create_model("Sheet", line=(str, ...), **{trait.key: (trait.kind | None, None) for trait in traits})


def read_sheet(sheet: str) -> dict:
    read = {}
    for trait in TRAITS:
        reply = client.chat.completions.parse(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": GUIDE},
                {"role": "user", "content": "The sheet:\n" + sheet},
                {"role": "user", "content": trait.asked},
            ],
            response_format=form_of_all(TRAITS),
        )
        read[trait.key] = getattr(reply.choices[0].message.parsed, trait.key)
    return read
