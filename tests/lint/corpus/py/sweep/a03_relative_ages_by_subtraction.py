"""Relative ages by subtraction."""

import time
from openai import OpenAI
client = OpenAI()
BASE = "For a03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def age(ts):
    minutes = int((time.time() - ts) / 60)  # want: PFX101
    return f"{minutes} min ago"
def ask(entries, history, q):
    notes = [f"[{age(e.ts)}] {e.text}" for e in entries]
    return client.responses.create(model="gpt-5.1", instructions=BASE + "\n".join(notes), input=[*history, {"role":"user","content":q}])
