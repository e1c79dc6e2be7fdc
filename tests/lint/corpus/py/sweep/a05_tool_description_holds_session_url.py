"""Tool description holds session url."""

import uuid
from anthropic import Anthropic
client = Anthropic()
SYSTEM = "For a05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Shell:
    def __init__(self):
        self.run_id = uuid.uuid4().hex[:8]  # want: PFX102
    def spec(self):
        return {"name": "shell", "description": f"Runs a command. Scratch files go to /tmp/agent-{self.run_id}.", "input_schema": {"type": "object", "properties": {"cmd": {"type": "string"}}}}
def step(shell: Shell, messages):
    return client.messages.create(model="claude-opus-4-5", max_tokens=1000, system=SYSTEM, tools=[shell.spec()], messages=messages)
