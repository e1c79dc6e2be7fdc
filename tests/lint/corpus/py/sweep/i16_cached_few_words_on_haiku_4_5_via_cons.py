"""Cached few words on Haiku 4.5 via constant rules below 4096 tokens."""

import anthropic
client = anthropic.Anthropic()
RULES = "Answer as a clerk of the library, briefly and with the shelf mark. " * 20
def ask(q): return client.messages.create(model="claude-haiku-4-5", max_tokens=9, system=[{"type":"text","text":RULES,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":q}])  # want: PFX405
