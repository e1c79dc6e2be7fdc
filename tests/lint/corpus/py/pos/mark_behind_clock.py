"""The only breakpoint stands behind the time."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Sort parcels by size and district. " * 120


def sort_parcel(text: str):
    system = [
        {
            "type": "text",
            "text": RULES + f"\nNow: {datetime.now().isoformat()}",
            "cache_control": {"type": "ephemeral"},
        }
    ]  # want: PFX602 PFX101
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=50,
        system=system,
        messages=[{"role": "user", "content": text}],
    )
