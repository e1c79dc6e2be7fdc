"""More blocks in one turn than a breakpoint looks back over."""

import anthropic

client = anthropic.Anthropic()
RULES = "Mend the clock before you clean the case. Never oil a spring. " * 120


def ask(history, question: str):
    blocks = [{"type": "text", "text": f"Part {n}"} for n in range(30)]
    messages = [
        *history,
        {"role": "user", "content": [*blocks, {"type": "text", "text": question, "cache_control": {"type": "ephemeral"}}]},
    ]
    system = [{"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}]
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=9, system=system, messages=messages)  # want: PFX603
