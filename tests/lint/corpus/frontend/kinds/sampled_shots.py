"""Some of the solved examples are drawn for each question."""
import json
import random
from pathlib import Path

import sglc as sgl

SHOTS = [json.loads(line) for line in Path("data/solved.jsonl").read_text().splitlines()]


def shots(k: int) -> str:
    return "".join(f"Question: {x['q']}\nAnswer: {x['a']}\n\n" for x in random.sample(SHOTS, k))  # want: PFX205 PFX102 PFX201


@sgl.function
def solve(s, question: str):
    s += shots(8)
    s += "Question: " + question + "\nAnswer:"
    s += sgl.gen("answer", max_tokens=32, stop="\n")


def accuracy(rows: list[dict]) -> float:
    states = solve.run_batch([{"question": r["q"]} for r in rows], temperature=0)
    return sum(s["answer"].strip() == r["a"] for s, r in zip(states, rows)) / len(rows)
