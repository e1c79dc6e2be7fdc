"""Pop(1) while over budget."""

import tiktoken
from openai import OpenAI
client = OpenAI()
enc = tiktoken.get_encoding("o200k_base")
SYSTEM = "For a13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def size(ms): return sum(len(enc.encode(m["content"])) for m in ms)
def turn(messages, text, budget=8000):
    messages.append({"role":"user","content":text})
    while size(messages) > budget and len(messages) > 2:
        del messages[1]  # want: PFX207
    r = client.chat.completions.create(model="gpt-4.1", messages=messages)
    messages.append({"role":"assistant","content":r.choices[0].message.content})
    return r
def start():
    return [{"role":"system","content":SYSTEM}]
