"""The marked block in front of a question ends with a clock."""

import os
from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def plain(text):
    return {"type": "text", "text": text}


def answer(question):
    content = [cached(RULES + str(datetime.now())), plain(question)]  # want: PFX101 PFX602
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        messages=[{"role": "user", "content": content}],
    )
