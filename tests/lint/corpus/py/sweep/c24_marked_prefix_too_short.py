"""Marked prefix too short."""

import anthropic
client = anthropic.Anthropic()
SYS = "You classify mails into three classes. Answer with one word."
def classify(mail):
    return client.messages.create(model="claude-haiku-4-5", max_tokens=9, system=[{"type":"text","text":SYS,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":mail}])  # want: PFX405
