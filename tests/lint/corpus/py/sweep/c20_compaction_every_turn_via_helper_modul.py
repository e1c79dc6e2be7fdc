"""Compaction every turn via helper module-level with summarise in list."""

from anthropic import Anthropic
client = Anthropic()
SYS = "For c20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def digest(ms): return client.messages.create(model="claude-haiku-4-5", max_tokens=100, messages=[{"role":"user","content":"Sum up: " + str(ms)}]).content[0].text
def view(ms):
    older, newer = ms[:-6], ms[-6:]
    if not older: return ms
    return [{"role":"user","content":"Earlier: " + digest(older)}] + newer  # want: PFX207
def turn(ms, text):
    ms.append({"role":"user","content":text})
    out = client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=SYS, messages=view(ms))
    ms.append({"role":"assistant","content":out.content})
    return out
