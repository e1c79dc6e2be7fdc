"""A herbarium reads its sheets trait by trait; each trait has a form of the answer of its own."""
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


def form_of(trait: Trait):
    return create_model(f"Sheet_{trait.key}", line=(str, ...), **{trait.key: (trait.kind | None, ...)})


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
            response_format=form_of(trait),  # want: PFX605
        )
        read[trait.key] = reply.choices[0].message.parsed
    return read
