import random

import litellm

DEFAULTS = {"model": "anthropic/claude-sonnet-5", "max_tokens": 900}
TIPS = ["Drink water.", "Take a walk.", "Call a friend.", "Go to bed early."]


def request(history: list[dict], **extra):
    head = f"Tip of the moment: {random.choice(TIPS)}\n"  # want: PFX102
    body = head + "You are a coach. Ask before you advise. Never judge. " * 25
    kwargs = {**DEFAULTS, "messages": [{"role": "system", "content": body}, *history], **extra}
    return litellm.completion(**kwargs)
