"""Takewhile over reversed with budget."""

from itertools import takewhile, accumulate
from openai import OpenAI
client = OpenAI()
SYS = "For i07 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def fit(turns, budget=6000):
    kept, used = [], 0
    for t in reversed(turns):
        used += len(t["content"]) // 4
        if used > budget:  # want: PFX207
            break
        kept.insert(0, t)
    return kept
def say(turns): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *fit(turns)])
