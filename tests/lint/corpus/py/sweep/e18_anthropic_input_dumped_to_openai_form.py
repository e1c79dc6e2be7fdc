"""Anthropic input dumped to openai form for replay."""

import json, anthropic, openai
oai = openai.OpenAI()
HEAD = "For e18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def to_openai(message):
    calls = [{"id": b["id"], "type": "function", "function": {"name": b["name"], "arguments": json.dumps(b["input"])}} for b in message["content"] if b["type"] == "tool_use"]  # want: PFX303
    return {"role": "assistant", "content": None, "tool_calls": calls}
def replay(stored):
    return oai.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *(to_openai(m) if m["role"] == "assistant" else m for m in stored)])
