"""Salted hash decides order."""

from openai import OpenAI
client = OpenAI()
HEAD = "For d03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def key(row): return hash(row["name"])
def listing(rows):
    rows = list(rows)
    rows.sort(key=key)  # want: PFX301
    return "\n".join(r["name"] for r in rows)
def ask(rows, history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD + listing(rows)}, *history])
