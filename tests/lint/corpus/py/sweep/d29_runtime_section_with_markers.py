"""Runtime section with markers."""

import platform, datetime, anthropic
client = anthropic.Anthropic()
HEAD = "For d29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def runtime():
    return "\n".join(["## Runtime", f"OS: {platform.system()}", f"Timestamp: {datetime.datetime.now():%Y-%m-%d %H:%M:%S}"])  # want: PFX101 PFX201 PFX602
def blocks():
    out = []
    for name, body in (("head", HEAD), ("runtime", runtime())):
        out.append({"type": "text", "text": body})
    out[-1]["cache_control"] = {"type": "ephemeral"}
    return out
def step(messages): return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=blocks(), messages=messages)
