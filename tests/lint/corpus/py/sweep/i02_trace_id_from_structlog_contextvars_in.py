"""Trace id from structlog contextvars in the first line."""

import structlog, uuid
from openai import OpenAI
client = OpenAI()
HEAD = "For i02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def handle(q, log):
    trace = uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(trace=trace)
    prompt = [f"<!-- {trace} -->", HEAD]  # want: PFX102 PFX201
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":"\n".join(prompt)}, *log, {"role":"user","content":q}])
