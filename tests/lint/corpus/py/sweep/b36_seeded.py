"""Seeded."""

import random
from openai import OpenAI
client = OpenAI()
BANK = [{"q":"a","a":"b"}] * 50
SHOTS = random.Random(7).sample(BANK, 4)
def ask(q):
    ms=[{"role":"system","content":"For b36 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40}]
    for s in SHOTS:
        ms += [{"role":"user","content":s["q"]},{"role":"assistant","content":s["a"]}]
    return client.chat.completions.create(model="gpt-4.1", messages=[*ms, {"role":"user","content":q}])
