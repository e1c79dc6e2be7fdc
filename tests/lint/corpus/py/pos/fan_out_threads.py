"""Forty threads ask at once over one long rubric."""
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anthropic

client = anthropic.Anthropic()
RUBRIC = [{"type": "text", "text": "Give a grade. " * 500, "cache_control": {"type": "ephemeral"}}]


def grade(model: str, essay: str) -> str:
    reply = client.messages.create(
        model=model, max_tokens=5, system=RUBRIC, messages=[{"role": "user", "content": essay}]
    )
    return reply.content[0].text


def grade_all(essays: list[str]) -> list[str]:
    with ThreadPoolExecutor(max_workers=40) as pool:
        return list(pool.map(partial(grade, "claude-sonnet-5"), essays))  # want: PFX701
