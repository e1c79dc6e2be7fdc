"""One turn brings more blocks than the cache looks back, and only the last one is marked."""

import anthropic

client = anthropic.Anthropic()
RULES = "Compare pages of two editions. " * 120


def compare(pages: list[str]):
    blocks = [{"type": "text", "text": f"Page {n}"} for n in range(1, 41)]
    blocks[-1]["cache_control"] = {"type": "ephemeral"}  # want: PFX603 PFX602
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=900,
        system=RULES,
        messages=[{"role": "user", "content": blocks}],
    )
