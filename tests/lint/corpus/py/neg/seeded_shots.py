"""Examples are drawn with a fixed seed."""
import random

from openai import OpenAI

POOL = [(f"{a}+{b}", str(a + b)) for a in range(9) for b in range(9)]
SHOTS = random.Random(7).sample(POOL, 12)
SYSTEM = "Work out the sum.\n" + "\n".join(f"{q} = {a}" for q, a in SHOTS) + "\nGive the number alone." * 100


def add(question: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
    )
