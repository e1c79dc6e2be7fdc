"""String vs block shape by marking the tail with helper."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For d21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def mark_tail(messages):
    out = list(messages)
    last = dict(out[-1])
    if isinstance(last["content"], str):
        last["content"] = [{"type": "text", "text": last["content"], "cache_control": {"type": "ephemeral"}}]  # want: PFX210 PFX207
    out[-1] = last
    return out
def turn(messages, text):
    messages.append({"role": "user", "content": text})
    r = client.messages.create(model="openrouter/x", max_tokens=9, system=HEAD, messages=mark_tail(messages))
    messages.append({"role": "assistant", "content": r.content})
