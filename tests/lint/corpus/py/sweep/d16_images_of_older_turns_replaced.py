"""Images of older turns replaced."""

import openai
client = openai.OpenAI()
HEAD = "For d16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def light(messages):
    out = []
    for i, m in enumerate(messages):
        if i < len(messages) - 2 and isinstance(m["content"], list):
            m = {**m, "content": [p if p["type"] == "text" else {"type": "text", "text": "[image]"} for p in m["content"]]}  # want: PFX207
        out.append(m)
    return out
def turn(messages):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD}, *light(messages)])
