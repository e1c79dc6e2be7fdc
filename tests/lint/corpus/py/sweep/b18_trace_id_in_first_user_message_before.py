"""Trace id in first user message before docs."""

import uuid, anthropic
client = anthropic.Anthropic()
DOCS = "For b18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(q):
    rid = str(uuid.uuid4())  # want: PFX102
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=10, messages=[{"role":"user","content":[{"type":"text","text":f"request {rid}\n{DOCS}"},{"type":"text","text":q}]}])
