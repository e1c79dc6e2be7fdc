"""Examples drawn with numpy."""

import numpy as np
from openai import OpenAI

client = OpenAI()
RULES = "Label each sentence as claim, question or order. " * 60
rng = np.random.default_rng()


def shots(pool: list[dict], k: int) -> list[dict]:
    picked = rng.choice(len(pool), size=k, replace=False)  # want: PFX205 PFX102 PFX201
    out = []
    for i in picked:
        out += [
            {"role": "user", "content": pool[i]["text"]},
            {"role": "assistant", "content": pool[i]["label"]},
        ]
    return out


def label(pool, sentence):
    messages = [{"role": "system", "content": RULES}]
    messages += shots(pool, 8)
    messages.append({"role": "user", "content": sentence})
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
