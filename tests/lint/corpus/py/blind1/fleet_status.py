"""Fleet dispatcher: stable rules are cached, the current time is not."""
from datetime import datetime, timezone
from pathlib import Path

import anthropic

client = anthropic.Anthropic()
RULES = Path(__file__).with_name("dispatch_rules.md").read_text()


def blocks() -> list[dict]:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    return [
        {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": f"Current time: {now.isoformat()}"},
    ]


def assign(load: str) -> str:
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=400,
        system=blocks(),
        messages=[{"role": "user", "content": load}],
    )
    return reply.content[0].text
