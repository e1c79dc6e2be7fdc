"""Relative ages via divmod."""

import time
import litellm
HEAD = "For d19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ago(then):
    minutes, seconds = divmod(int(time.time() - then), 60)  # want: PFX101
    return f"{minutes}m{seconds:02d}s ago" if minutes else "just now"
def journal(entries):
    return "\n".join(f"({ago(e['at'])}) {e['text']}" for e in entries)
def ask(entries, history):
    return litellm.completion(model="openai/gpt-5.1", messages=[{"role": "system", "content": f"{HEAD}\n{journal(entries)}"}, *history])
