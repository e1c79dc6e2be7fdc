"""A helper marks the texts of files in the order in which they are found."""

import glob
from pathlib import Path

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def handbook():
    return "\n\n".join(Path(name).read_text() for name in glob.glob("handbook/*.md"))  # want: PFX301


def answer(question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[cached(RULES), cached(handbook())],
        messages=[{"role": "user", "content": question}],
    )
