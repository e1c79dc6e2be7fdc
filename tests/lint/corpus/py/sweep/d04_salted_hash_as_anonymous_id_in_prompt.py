"""Salted hash as anonymous id in prompt."""

from openai import OpenAI
client = OpenAI()
HEAD = "For d04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def alias(name): return f"customer-{abs(hash(name)) % 10000}"  # want: PFX102 PFX301 PFX306 PFX201
def ask(name, history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": f"Talking to {alias(name)}.\n{HEAD}"}, *history])
