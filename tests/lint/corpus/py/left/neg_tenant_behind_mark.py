"""The rules have a breakpoint of their own, in front of who asks."""

import anthropic

HOUSE = "You answer for the housing office. Name the paragraph. Promise no flat to anybody. " * 60
client = anthropic.Anthropic()
MARK = {"type": "ephemeral"}


def two_marks(tenant, text: str):
    system = [
        {"type": "text", "text": HOUSE, "cache_control": MARK},
        {"type": "text", "text": f"Tenant: {tenant.name}", "cache_control": MARK},
    ]
    said = [{"role": "user", "content": text}]
    return client.messages.create(model="claude-sonnet-5", max_tokens=300, system=system, messages=said)


def one_mark(tenant, text: str):
    system = [
        {"type": "text", "text": HOUSE, "cache_control": MARK},
        {"type": "text", "text": f"Tenant: {tenant.name}"},
    ]
    said = [{"role": "user", "content": text}]
    return client.messages.create(model="claude-sonnet-5", max_tokens=300, system=system, messages=said)
