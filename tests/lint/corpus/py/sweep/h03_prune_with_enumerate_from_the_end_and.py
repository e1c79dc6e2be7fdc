"""Prune with enumerate from the end and continue."""

import anthropic
client = anthropic.Anthropic()
SYS = "For h03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
KEEP = 4
def slim(messages):
    last = len(messages) - KEEP
    for n, m in enumerate(messages):
        if n >= last or m["role"] != "user":
            continue
        for part in m["content"]:
            if part.get("type") == "tool_result":
                part["content"] = "[omitted]"  # want: PFX207
    return messages
def step(messages, tools): return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=SYS, tools=tools, messages=slim(messages))
