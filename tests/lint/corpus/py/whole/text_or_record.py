from dataclasses import dataclass, field
from uuid import UUID, uuid4

import litellm

RULES = "Answer from the parish register alone, and give the year of each entry. " * 8


@dataclass
class Inquiry:
    wording: str
    number: UUID = field(default_factory=uuid4)


def answer(inquiry: str | Inquiry) -> str:
    held = Inquiry(wording=inquiry) if isinstance(inquiry, str) else inquiry
    head = f"The register of {place_of(held.wording)}.\n{RULES}"
    messages = [{"role": "system", "content": head}, {"role": "user", "content": held.wording}]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content


def place_of(wording: str) -> str:
    from gazetteer import parish

    return parish(wording.partition(" in ")[2])


def main() -> None:
    print(answer("Who was baptised in Lower Kirk?"))
    print(answer(Inquiry("Who was wed in Upper Kirk?")))
