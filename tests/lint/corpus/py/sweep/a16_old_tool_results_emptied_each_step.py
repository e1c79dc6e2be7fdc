"""Old tool results emptied each step."""

from anthropic import Anthropic
client = Anthropic()
SYSTEM = "For a16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def prune(messages, keep=3):
    seen = 0
    for m in reversed(messages):
        if m["role"] != "user" or not isinstance(m["content"], list):
            continue
        for b in m["content"]:
            if b.get("type") == "tool_result":
                seen += 1
                if seen > keep:
                    b["content"] = "[cleared]"  # want: PFX207
def step(messages, tools):
    prune(messages)
    r = client.messages.create(model="claude-sonnet-4-5", max_tokens=1000, system=SYSTEM, tools=tools, messages=messages)
    messages.append({"role":"assistant","content":r.content})
    return r
