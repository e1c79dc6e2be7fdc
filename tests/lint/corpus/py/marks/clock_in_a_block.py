"""Only the call of a helper that marks its text shows that a clock stands in it."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES + f"\nIt is {datetime.now().isoformat()}.")],  # want: PFX101 PFX602
        messages=[{"role": "user", "content": question}],
    )
