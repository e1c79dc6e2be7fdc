"""Breakpoint after timestamp block."""

from datetime import datetime
from anthropic import Anthropic
client = Anthropic()
SYSTEM = "For a21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(messages):
    system = [{"type":"text","text":SYSTEM},
      {"type":"text","text":f"Current time {datetime.now()}", "cache_control":{"type":"ephemeral"}}]  # want: PFX602
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=system, messages=messages)
