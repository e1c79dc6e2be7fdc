"""A helper marks its text where it is told to, and is told so for the one with a clock."""

import time

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text, cache=False):
    made = {"type": "text", "text": text}
    if cache:
        made["cache_control"] = {"type": "ephemeral"}
    return made


def answer(question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES), block(f"Now: {time.time()}", cache=True)],  # want: PFX101 PFX602
        messages=[{"role": "user", "content": question}],
    )
