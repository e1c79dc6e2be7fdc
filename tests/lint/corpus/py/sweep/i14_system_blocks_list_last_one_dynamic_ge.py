"""System blocks list, last one dynamic gets the marker by comprehension."""

import anthropic
client = anthropic.Anthropic()
BASE = "For i14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def system(ticket):
    texts = [BASE, f"Ticket {ticket.id}: {ticket.text}"]
    blocks = [{"type":"text","text":t} for t in texts]
    blocks[-1]["cache_control"] = {"type":"ephemeral"}  # want: PFX602 PFX201
    return blocks
def ask(ticket, q): return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=system(ticket), messages=[{"role":"user","content":q}])
