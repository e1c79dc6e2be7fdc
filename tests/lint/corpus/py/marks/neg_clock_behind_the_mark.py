"""A helper marks the rules and not the block with the clock behind them."""

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
        system=[block(RULES, cache=True), block(f"Now: {time.time()}")],
        messages=[{"role": "user", "content": question}],
    )
