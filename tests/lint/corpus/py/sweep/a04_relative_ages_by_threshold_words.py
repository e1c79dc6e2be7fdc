"""Relative ages by threshold words."""

from datetime import datetime, timedelta
from openai import OpenAI
client = OpenAI()
BASE = "For a04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def age(when):
    delta = datetime.now() - when  # want: PFX101
    if delta < timedelta(minutes=1):
        return "just now"
    if delta < timedelta(hours=1):
        return f"{delta.seconds // 60} minutes ago"
    return f"{delta.days} days ago"
def ask(entries, history, q):
    notes = "\n".join(f"[{age(e.when)}] {e.text}" for e in entries)
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":notes + BASE}, *history, {"role":"user","content":q}])
