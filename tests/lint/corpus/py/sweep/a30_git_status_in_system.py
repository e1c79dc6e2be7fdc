"""Git status in system."""

import subprocess
from anthropic import Anthropic
client = Anthropic()
RULES = "For a30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def snapshot():
    out = subprocess.run(["git", "status", "--short"], capture_output=True, text=True)  # want: PFX105 PFX201
    return out.stdout
def step(messages):
    return client.messages.create(model="claude-opus-4-5", max_tokens=10, system=f"{RULES}\n<git>{snapshot()}</git>", messages=messages)
