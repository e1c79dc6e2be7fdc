import yaml
from pathlib import Path

import anthropic

client = anthropic.Anthropic()

LIMITS = {
    "refund_eur": 150,
    "voucher_eur": 40,
    "escalate_to": "duty manager",
    "languages": ["en", "de", "fr"],
}
BASE = Path("prompts/front_desk.md").read_text()
SYSTEM = BASE + "\n\n# Limits\n" + yaml.safe_dump(LIMITS, sort_keys=False, allow_unicode=True)


def reply(messages: list[dict]):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=800,
        system=[{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
        messages=messages,
    )
