import argparse
import json
import random
from pathlib import Path

from openai import OpenAI

client = OpenAI()
JUDGE = Path("prompts/judge.md").read_text()


def score(row: dict) -> int:
    r = client.chat.completions.create(
        model="gpt-4.1",
        temperature=0,
        max_tokens=2,
        messages=[
            {"role": "system", "content": JUDGE},
            {"role": "user", "content": f"QUESTION\n{row['question']}\n\nANSWER\n{row['answer']}"},
        ],
    )
    return int(r.choices[0].message.content)


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("dataset", type=Path)
    ap.add_argument("--limit", type=int, default=200)
    args = ap.parse_args()
    rows = [json.loads(line) for line in args.dataset.read_text().splitlines()]
    random.shuffle(rows)
    points = [score(row) for row in rows[: args.limit]]
    print(sum(points) / len(points))


if __name__ == "__main__":
    main()
