"""Breakpoint before timestamp block, nothing behind but question."""

from datetime import datetime
from anthropic import Anthropic
client = Anthropic()
SYSTEM = "For a22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(q):
    system = [{"type":"text","text":SYSTEM, "cache_control":{"type":"ephemeral"}},
      {"type":"text","text":f"Current time {datetime.now()}"}]
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=system, messages=[{"role":"user","content":q}])
