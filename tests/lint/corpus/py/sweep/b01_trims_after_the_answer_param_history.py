"""Trims after the answer, param history."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *history])
    history.append({"role":"assistant","content":r.choices[0].message.content})
    if len(history) > 30:
        del history[:2]  # want: PFX207
    return r
