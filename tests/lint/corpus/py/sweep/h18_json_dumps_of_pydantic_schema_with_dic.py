"""Json dumps of pydantic schema with dict from set comprehension order."""

import json
from openai import OpenAI
client = OpenAI()
SYS = "For h18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def schema(fields: set[str]):
    return {"type":"object","properties":{f: {"type":"string"} for f in fields}}  # want: PFX301 PFX302
def ask(fields: set[str], q):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS + json.dumps(schema(fields))},{"role":"user","content":q}])
