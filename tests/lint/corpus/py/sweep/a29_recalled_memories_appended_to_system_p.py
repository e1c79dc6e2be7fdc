"""Recalled memories appended to system prompt."""

from mem0 import Memory
from openai import OpenAI
client = OpenAI(); memory = Memory()
RULES = "For a29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def chat(uid, history, q):
    found = memory.search(q, user_id=uid, limit=5)
    facts = "\n".join(f"- {m['memory']}" for m in found["results"])  # want: PFX201 PFX204
    msgs = [{"role":"system","content":f"{RULES}\n\nWhat you remember:\n{facts}"}] + history + [{"role":"user","content":q}]
    return client.chat.completions.create(model="gpt-4.1", messages=msgs)
