"""Arguments via orjson round trip in a middleware class."""

import orjson
from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="-")
SYS = "For i11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Store:
    def __init__(self): self.items = []
    def add(self, message):
        calls = []
        for c in message.tool_calls or ():
            data = orjson.loads(c.function.arguments)
            calls.append({"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": orjson.dumps(data).decode()}})  # want: PFX303
        self.items.append({"role":"assistant","content":message.content,"tool_calls":calls})
def step(store: Store, tools):
    m = client.chat.completions.create(model="q", tools=tools, messages=[{"role":"system","content":SYS}, *store.items]).choices[0].message
    store.add(m)
