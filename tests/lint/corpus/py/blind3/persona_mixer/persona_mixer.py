import random
from dataclasses import dataclass
from typing import ClassVar

from openai import AsyncOpenAI

from .handbook import HANDBOOK


@dataclass
class PersonaMixer:
    weights: tuple[float, ...] = (0.6, 0.3, 0.1)

    personas: ClassVar[tuple[str, ...]] = (
        "You speak like a colleague.",
        "You speak like a teacher.",
        "You speak like a reporter.",
    )

    def draw(self) -> str:
        return random.choices(self.personas, weights=self.weights)[0]  # want: PFX102 PFX201 PFX206


mixer = PersonaMixer()
client = AsyncOpenAI()


async def explain(topic: str) -> str:
    r = await client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[
            {"role": "developer", "content": f"{mixer.draw()}\n{HANDBOOK}"},  # want: PFX102 PFX201 PFX206
            {"role": "user", "content": topic},
        ],
    )
    return r.choices[0].message.content
