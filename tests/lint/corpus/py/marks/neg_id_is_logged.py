"""An id is drawn and logged, and stands in no block."""

import uuid
from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question):
    trace = uuid.uuid4()
    print("trace", trace)
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES)],
        messages=[{"role": "user", "content": [{"type": "text", "text": f"{datetime.now()}: {question}"}]}],
    )
