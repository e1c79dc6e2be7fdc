"""Dict keyed by set iteration, yaml dumped."""

import yaml
from openai import OpenAI
client = OpenAI()
SYS = "For i09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
CODES = {"a", "b", "c"}
def table(): return yaml.safe_dump({c: c.upper() for c in CODES}, sort_keys=False)  # want: PFX301
def say(log): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS + table()}, *log])
