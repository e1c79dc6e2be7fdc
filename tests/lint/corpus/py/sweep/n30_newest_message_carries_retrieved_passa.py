"""Newest message carries retrieved passages, stored as sent."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(index, log, text):
    hits = "\n".join(h.text for h in index.search(text, k=3))
    log.append({"role":"user","content":f"{text}\n\nPassages:\n{hits}"})
    r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *log])
    log.append({"role":"assistant","content":r.choices[0].message.content})
