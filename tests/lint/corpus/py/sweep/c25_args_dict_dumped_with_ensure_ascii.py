"""Args dict dumped with ensure_ascii."""

import json
from openai import OpenAI
client = OpenAI()
SYS = "For c25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Call:
    def __init__(self, c): self.id = c.id; self.name = c.function.name; self.args = json.loads(c.function.arguments)
    def to_api(self): return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": json.dumps(self.args, ensure_ascii=False)}}  # want: PFX303
def step(log, tools):
    m = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYS}, *log], tools=tools).choices[0].message
    calls = [Call(c) for c in m.tool_calls]
    log.append({"role":"assistant","content":m.content,"tool_calls":[c.to_api() for c in calls]})
