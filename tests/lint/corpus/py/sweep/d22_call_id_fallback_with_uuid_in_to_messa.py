"""Call id fallback with uuid in to_messages over stored turns."""

import uuid
import openai
client = openai.OpenAI()
HEAD = "For d22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def as_items(turns):
    items = []
    for t in turns:
        if t.kind == "call":
            items.append({"type": "function_call", "call_id": t.call_id or f"call_{uuid.uuid4().hex}", "name": t.name, "arguments": t.arguments})  # want: PFX102 PFX207
        else:
            items.append({"role": t.role, "content": t.text})
    return items
def ask(turns):
    return client.responses.create(model="gpt-5.1", instructions=HEAD, input=as_items(turns))
