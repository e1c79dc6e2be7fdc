import uuid

import anthropic

client = anthropic.Anthropic()
RULES = "Judge the entry of a cake contest. Name the crumb, the glaze and the shape. " * 90


def judge(entry: str):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=[
            {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": f"Entry list {uuid.uuid4()}"},
        ],
        messages=[{"role": "user", "content": entry}],
    )
