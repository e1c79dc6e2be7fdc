import anthropic

client = anthropic.Anthropic()
RULES = "You answer questions on tax. " * 120
spent = 0.0


def price(usage) -> float:
    return usage.input_tokens * 3e-6 + usage.output_tokens * 15e-6


def ask(messages: list[dict]):
    global spent
    r = client.messages.create(
        model="claude-sonnet-4-5", max_tokens=900,
        system=[{"type": "text", "text": f"Spent: ${spent:.2f}\n{RULES}", "cache_control": {"type": "ephemeral"}}],  # want: PFX201 PFX602
        messages=messages,
    )
    spent = spent + price(r.usage)  # want: PFX201 PFX602
    return r
