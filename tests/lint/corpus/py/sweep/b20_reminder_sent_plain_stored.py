"""Reminder sent, plain stored."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
NUDGE = "\n\nRemember: answer in three sentences."
def turn(history, text):
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *history, {"role":"user","content":text + NUDGE}])  # want: PFX209 PFX207
    history += [{"role":"user","content":text}, {"role":"assistant","content":r.choices[0].message.content}]
    return r
