"""New list where old tool messages are blanked, index from reversed."""

from openai import OpenAI
client = OpenAI()
SYS = "For h04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def lean(history, keep=2):
    out, seen = [], 0
    for m in reversed(history):
        if m["role"] == "tool":
            seen += 1
            if seen > keep:
                m = {**m, "content": "(removed)"}  # want: PFX207
        out.append(m)
    return out[::-1]
def step(history): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *lean(history)])
