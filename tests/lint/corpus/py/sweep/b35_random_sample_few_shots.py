"""Random.sample few shots."""

import random
from openai import OpenAI
client = OpenAI()
BANK = [{"q":"a","a":"b"}] * 50
def shots(k=4): return random.sample(BANK, k)  # want: PFX205 PFX201 PFX102
def ask(q):
    ms=[{"role":"system","content":"For b35 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40}]
    for s in shots():
        ms += [{"role":"user","content":s["q"]},{"role":"assistant","content":s["a"]}]
    return client.chat.completions.create(model="gpt-4.1", messages=[*ms, {"role":"user","content":q}])
