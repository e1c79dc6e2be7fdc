import anthropic

client = anthropic.Anthropic()
RULES = "Answer from the papers alone, and say which. " * 200
PARTS = [RULES, "The price list: " + "nails 2, screws 3; " * 900, "The house style: " + "short words. " * 900]


def ask(question: str):
    system = [{"type": "text", "text": p, "cache_control": {"type": "ephemeral"}} for p in PARTS]
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=500, system=system, messages=[{"role": "user", "content": question}]
    )
