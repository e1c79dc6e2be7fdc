"""Arguments parsed via model and dumped."""

from pydantic import BaseModel
from openai import OpenAI
client = OpenAI()
SYSTEM = "For a17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Search(BaseModel):
    query: str
    limit: int = 5
def replay(msg):
    calls = []
    for c in msg.tool_calls:
        args = Search.model_validate_json(c.function.arguments)
        calls.append({"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": args.model_dump_json()}})  # want: PFX303
    return {"role":"assistant","content":msg.content,"tool_calls":calls}
def loop(messages, tools):
    while True:
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *messages], tools=tools)
        m = r.choices[0].message
        if not m.tool_calls: return m.content
        messages.append(replay(m))
        for c in m.tool_calls:
            messages.append({"role":"tool","tool_call_id":c.id,"content":"ok"})
