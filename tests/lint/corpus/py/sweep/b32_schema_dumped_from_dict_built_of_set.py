"""Schema dumped from dict built of set."""

import json
from openai import OpenAI
client = OpenAI()
FIELDS = {"name", "date", "amount"}
def schema(): return {"type":"object","properties":{f: {"type":"string"} for f in FIELDS}}  # want: PFX302 PFX301
def ask(q):
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":"Extract.\n" + json.dumps(schema()) + "For b32 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40},{"role":"user","content":q}])
