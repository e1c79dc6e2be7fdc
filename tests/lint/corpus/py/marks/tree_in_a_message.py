"""A helper makes marked messages, the first of which lists a folder as it comes."""

import os

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def marked(role, text):
    return {"role": role, "content": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]}


def answer(question):
    tree = "\n".join(os.listdir("src"))  # want: PFX301
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=RULES,
        messages=[
            marked("user", "The files:\n" + tree),
            {"role": "assistant", "content": "I have read them."},
            {"role": "user", "content": question},
        ],
    )
