"""Recall block injected into deep copy."""

import copy
from openai import OpenAI
client = OpenAI()
SYSTEM = "For b19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, recall, text):
    history.append({"role":"user","content":text})
    sent = copy.deepcopy(history)
    sent[-1]["content"] = f"<memory>{recall(text)}</memory>\n" + sent[-1]["content"]  # want: PFX209 PFX207
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *sent])
    history.append({"role":"assistant","content":r.choices[0].message.content})
