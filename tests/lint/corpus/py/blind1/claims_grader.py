"""Grades motor claims against the handbook."""
import json
import sys
from pathlib import Path

import anthropic

client = anthropic.Anthropic()
HANDBOOK = Path("handbook/motor.md").read_text()


def as_block(text: str, cached: bool = False) -> dict:
    block = {"type": "text", "text": text}
    if cached:
        block["cache_control"] = {"type": "ephemeral"}
    return block


def grade(claim: dict) -> dict:
    facts = "\n".join(f"{k}: {claim[k]}" for k in ("vehicle", "damage", "estimate", "narrative"))
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[as_block(HANDBOOK), as_block(facts, cached=True)],  # want: PFX602 PFX604
        messages=[{"role": "user", "content": "Grade this claim. Reply in JSON."}],
    )
    return json.loads(reply.content[0].text)


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(grade(json.loads(line))))


if __name__ == "__main__":
    main()
