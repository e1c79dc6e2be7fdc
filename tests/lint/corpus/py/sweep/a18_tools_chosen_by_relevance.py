"""Tools chosen by relevance."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For a18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def pick(tools, question, k=6):
    ranked = sorted(tools, key=lambda t: overlap(t["function"]["description"], question), reverse=True)
    return ranked[:k]  # want: PFX305
def overlap(a, b): return len(set(a.split()) & set(b.split()))
def ask(tools, history, q):
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *history, {"role":"user","content":q}], tools=pick(tools, q))
