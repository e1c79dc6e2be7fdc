import time

import anthropic

client = anthropic.Anthropic()
POLICY = open("policy.md").read()


def ask(question: str):
    blocks = [
        {"type": "text", "text": f"Clock: {time.strftime('%H:%M:%S')}"},  # want: PFX101 PFX602
        {
            "type": "text",
            "text": POLICY + "Keep to the policy. " * 400,
            "cache_control": {"type": "ephemeral"},
        },
    ]
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=400,
        system=blocks,
        messages=[{"role": "user", "content": question}],
    )
