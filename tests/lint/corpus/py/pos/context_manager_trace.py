"""A context variable carries the trace id, and the prompt quotes it."""

import contextvars
import uuid

from anthropic import Anthropic

trace_id = contextvars.ContextVar("trace_id", default="-")
GUIDE = "Read the contract clause by clause. Quote the clause before you judge it. " * 70
client = Anthropic()


def begin():
    trace_id.set(str(uuid.uuid4()))  # want: PFX102


def judge(contract: str):
    begin()
    system = f"trace={trace_id.get()}\n{GUIDE}"
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=1000,
        system=system,
        messages=[{"role": "user", "content": contract}],
    )
