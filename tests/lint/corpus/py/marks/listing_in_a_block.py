"""A helper marks its text: the second block lists a folder as it comes."""

import os

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question):
    names = "\n".join(os.listdir("docs"))  # want: PFX301 PFX602
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES), block("Files:\n" + names)],
        messages=[{"role": "user", "content": question}],
    )
