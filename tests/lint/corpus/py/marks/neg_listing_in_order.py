"""A helper marks a listing in order; the clock stands behind it, unmarked."""

import os
from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question):
    names = "\n".join(sorted(os.listdir("docs")))
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES), block("Files:\n" + names), {"type": "text", "text": f"Now: {datetime.now()}"}],
        messages=[{"role": "user", "content": question}],
    )
