import uuid

import anthropic

client = anthropic.Anthropic()
RULES = "Judge the entry of a cake contest. Name the crumb, the glaze and the shape. " * 90


def judge(entry: str):
    text = RULES + f"\nEntry list {uuid.uuid4()}"  # want: PFX102 PFX201
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=[{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": entry}],
    )
