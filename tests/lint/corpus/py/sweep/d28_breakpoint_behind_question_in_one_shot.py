"""Breakpoint behind question in one-shot with list of blocks."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For d28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def answer(doc, q):
    blocks = [{"type": "text", "text": HEAD}, {"type": "text", "text": doc}, {"type": "text", "text": q, "cache_control": {"type": "ephemeral"}}]  # want: PFX602
    return client.messages.create(model="claude-sonnet-5", max_tokens=9, messages=[{"role": "user", "content": blocks}])
def run(rows): return [answer(r.doc, r.q) for r in rows]
