"""The house's rules and who asks stand in front of one breakpoint: nobody reads what another one wrote."""

import anthropic

HOUSE = "You answer for the housing office. Name the paragraph. Promise no flat to anybody. " * 60
client = anthropic.Anthropic()
MARK = {"type": "ephemeral"}


def one_block(tenant, text: str):
    system = [{"type": "text", "text": f"{HOUSE}\nTenant: {tenant.name}", "cache_control": MARK}]  # want: PFX602 PFX104
    said = [{"role": "user", "content": text}]
    return client.messages.create(model="claude-sonnet-5", max_tokens=300, system=system, messages=said)


def two_blocks(tenant: dict, text: str):
    who = f"Tenant {tenant['name']}, member since {tenant['since']}"  # want: PFX602 PFX104 PFX201
    system = [
        {"type": "text", "text": HOUSE},
        {"type": "text", "text": who, "cache_control": MARK},
    ]
    said = [{"role": "user", "content": text}]
    return client.messages.create(model="claude-sonnet-5", max_tokens=300, system=system, messages=said)
