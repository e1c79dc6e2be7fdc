"""All tool results but the newest are emptied before each call."""

import anthropic

client = anthropic.AsyncAnthropic()
RULES = "Repair programs, one test at a time. " * 80


def emptied(messages: list[dict]) -> list[dict]:
    last = max((n for n, m in enumerate(messages) if m["role"] == "tool"), default=-1)
    kept = []
    for number, message in enumerate(messages):
        if message["role"] == "tool" and number != last:
            kept.append({**message, "content": "[output removed]"})  # want: PFX207
        else:
            kept.append(message)
    return kept


async def step(messages: list[dict]):
    return await client.messages.create(
        model="claude-sonnet-5", max_tokens=2000, system=RULES, messages=emptied(messages)
    )
