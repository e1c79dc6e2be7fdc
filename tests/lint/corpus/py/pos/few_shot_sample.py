"""Examples are drawn anew for each call."""
import random

from openai import OpenAI

EXAMPLES = [("2+2", "4"), ("3*3", "9"), ("10-4", "6"), ("8/2", "4"), ("7+5", "12")]
TASK = "Work out what is asked and give the number alone. " * 90


class Shots:
    def __init__(self, pool, size: int = 3) -> None:
        self.pool, self.size = pool, size

    def __str__(self) -> str:
        drawn = random.sample(self.pool, self.size)  # want: PFX205 PFX102 PFX201
        return "\n".join(f"Q: {q}\nA: {a}" for q, a in drawn)


def solve(question: str):
    system = f"{TASK}\n{Shots(EXAMPLES)}"
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}]
    )
