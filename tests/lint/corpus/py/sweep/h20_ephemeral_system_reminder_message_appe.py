"""Ephemeral system reminder message appended then popped."""

from openai import OpenAI
client = OpenAI()
SYS = "For h20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(log, text, reminder):
    log.append({"role":"user","content":text})
    log.append({"role":"system","content":reminder})  # want: PFX207 PFX209
    r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *log])
    log.pop()
    log.append({"role":"assistant","content":r.choices[0].message.content})
