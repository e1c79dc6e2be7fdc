"""The marker stands behind the case, which is new for every call."""
from anthropic import Anthropic

RUBRIC = "Give 0 to 5 points for style, content and spelling. " * 90


def blocks(essay: str) -> list[dict]:
    return [
        {"type": "text", "text": RUBRIC},
        {"type": "text", "text": essay, "cache_control": {"type": "ephemeral"}},  # want: PFX602 PFX604
    ]


def grade_all(essays: list[str]) -> list[str]:
    client = Anthropic()
    marks = []
    for essay in essays:
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=20, messages=[{"role": "user", "content": blocks(essay)}]
        )
        marks.append(reply.content[0].text)
    return marks
