"""A helper marks a block that was made before, with a clock in it."""

import time

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def mark(block):
    block["cache_control"] = {"type": "ephemeral"}
    return block


def answer(question):
    system = [{"type": "text", "text": RULES}, {"type": "text", "text": f"Now: {time.time()}"}]  # want: PFX101 PFX602
    mark(system[-1])
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=system,
        messages=[{"role": "user", "content": question}],
    )
