"""Os.listdir + open loop."""

import os
from openai import OpenAI
client = OpenAI()
def skills(d):
    out = ""
    for n in os.listdir(d):  # want: PFX301
        if not n.endswith(".md"): continue
        with open(os.path.join(d, n)) as f: out += f.read() + "\n"
    return out
def ask(q): return client.responses.create(model="gpt-5.1", instructions=skills("skills") + "For b33 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, input=q)
