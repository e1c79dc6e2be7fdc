"""Notes written by a tool, rendered above the history (self attr)."""

from openai import OpenAI
client = OpenAI()
SYS = "For h07 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self): self.notes = {}; self.log = []
    def tool_note(self, key, value): self.notes[key] = value
    def system(self): return SYS + "\n" + "\n".join(f"{k}={v}" for k, v in self.notes.items())  # want: PFX201
    def step(self): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":self.system()}, *self.log])
