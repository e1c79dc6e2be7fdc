"""The time stands behind the last breakpoint."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Sort parcels by size and district. " * 120


def sort_parcel(text: str):
    system = [
        {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": f"Now: {datetime.now().isoformat()}"},
    ]
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=50,
        system=system,
        messages=[{"role": "user", "content": text}],
    )
