"""Drops oldest while too many tokens, from a copy."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For d15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def fit(messages, limit=30000):
    kept = list(messages)
    while sum(len(str(m["content"])) for m in kept) // 4 > limit:
        kept.pop(0)  # want: PFX207
    return kept
def turn(messages, text):
    messages.append({"role": "user", "content": text})
    reply = client.messages.create(model="claude-sonnet-5", max_tokens=9, system=HEAD, messages=fit(messages))
    messages.append({"role": "assistant", "content": reply.content})
    return reply
