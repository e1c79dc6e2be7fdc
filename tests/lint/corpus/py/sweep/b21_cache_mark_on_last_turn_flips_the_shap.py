"""Cache mark on last turn flips the shape."""

import anthropic
client = anthropic.Anthropic()
SYSTEM = "For b21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def marked(messages):
    *head, last = messages
    text = last["content"]
    return [*head, {"role": last["role"], "content": [{"type":"text","text":text,"cache_control":{"type":"ephemeral"}}]}]  # want: PFX210 PFX207
def turn(messages, text):
    messages.append({"role":"user","content":text})
    r = client.messages.create(model="claude-sonnet-4-5", max_tokens=10, system=SYSTEM, messages=marked(messages))
    messages.append({"role":"assistant","content":r.content[0].text})
