"""The marked block in front of a question lists a folder as it comes."""

import os

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question):
    tree = "\n".join(str(each) for each in os.scandir("."))  # want: PFX301
    content = [cached(tree), {"type": "text", "text": question}]
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=RULES,
        messages=[{"role": "user", "content": content}],
    )
