"""Arrow humanize ages in journal."""

import arrow
from openai import OpenAI
client = OpenAI()
BASE = "For a02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def journal(entries):
    return "\n".join(f"- {arrow.get(e['ts']).humanize()}: {e['text']}" for e in entries)  # want: PFX101
def ask(entries, history, q):
    msgs = [{"role": "system", "content": BASE + "\n\nJournal:\n" + journal(entries)}, *history, {"role":"user","content":q}]
    return client.chat.completions.create(model="gpt-4.1", messages=msgs)
