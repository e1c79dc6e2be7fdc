"""Marker on the last user message of a one-shot classification."""

import anthropic
client = anthropic.Anthropic()
SYS = "For c23 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def classify(mail):
    return client.messages.create(model="claude-haiku-4-5", max_tokens=9, system=SYS, messages=[{"role":"user","content":[{"type":"text","text":mail,"cache_control":{"type":"ephemeral"}}]}])  # want: PFX602 PFX604
def run(mails): return [classify(m) for m in mails]
