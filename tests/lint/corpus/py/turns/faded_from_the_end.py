"""Long results are faded out from the newest backwards, and stand as a line from then on."""

from dataclasses import dataclass

from openai import OpenAI

client = OpenAI()


@dataclass
class Step:
    role: str
    words: str
    is_result: bool = False
    truncated: bool = False


def fade(steps: list[Step], room: int) -> None:
    taken = 0
    for step in reversed(steps):
        taken += len(step.words)
        if step.is_result and taken > room:
            step.truncated = True  # want: PFX207


def written(step: Step) -> dict:
    return {"role": step.role, "content": "(faded)" if step.truncated else step.words}


class Walk:
    def __init__(self):
        self.steps: list[Step] = []

    def go(self):
        fade(self.steps, 20_000)
        return client.chat.completions.create(
            model="gpt-4.1", messages=[written(step) for step in self.steps]
        )
