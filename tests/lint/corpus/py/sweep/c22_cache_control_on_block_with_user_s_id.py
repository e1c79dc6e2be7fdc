"""Cache_control on block with user's id in system of Anthropic, rules before."""

import anthropic
client = anthropic.Anthropic()
SYS = "For c22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(ticket, q):
    system = [{"type":"text","text":SYS},{"type":"text","text":f"Ticket: {ticket['body']}","cache_control":{"type":"ephemeral"}}]  # want: PFX602
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=9, system=system, messages=[{"role":"user","content":q}])
