"""A metadata block with a millisecond stamp is made by a factory and put first."""

import time
from dataclasses import dataclass, field

from openai import OpenAI

client = OpenAI()
MANUAL = "Follow the manual of the workshop. Name the tool and its drawer. " * 70


@dataclass
class Metadata:
    source: str
    made: int = field(default_factory=lambda: int(time.time() * 1000))  # want: PFX101

    def block(self) -> str:
        return f"[source={self.source} made={self.made}]"


def build(source: str, question: str):
    head = Metadata(source).block() + "\n" + MANUAL
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
