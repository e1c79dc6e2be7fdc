"""Half of the calls get another tone."""
import random
from dataclasses import dataclass

from openai import OpenAI

TONES = ["friendly", "formal"]
GUIDE = "Answer letters to a bakery. " * 150


@dataclass
class Experiment:
    arms: list[str]

    def draw(self) -> str:
        return random.choice(self.arms)  # want: PFX102 PFX201 PFX206


def answer(letter: str) -> str:
    tone = Experiment(TONES).draw()
    reply = OpenAI().responses.create(model="gpt-5.1", instructions=f"Tone: {tone}.\n{GUIDE}", input=letter)
    return reply.output_text
