from dataclasses import dataclass, field
from uuid import UUID, uuid4

import litellm

RULES = "Answer from the parish register alone, and give the year of each entry. " * 8


@dataclass
class Inquiry:
    wording: str
    number: UUID = field(default_factory=uuid4)  # want: PFX102


def answer(inquiry: str | Inquiry) -> str:
    held = Inquiry(wording=inquiry) if isinstance(inquiry, str) else inquiry
    head = f"Inquiry {held.number}.\n{RULES}"
    messages = [{"role": "system", "content": head}, {"role": "user", "content": held.wording}]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content
