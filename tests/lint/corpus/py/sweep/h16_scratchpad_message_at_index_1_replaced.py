"""Scratchpad message at index 1 replaced each step."""

from openai import OpenAI
client = OpenAI()
SYS = "For h16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Solver:
    def __init__(self, task): self.log = [{"role":"system","content":SYS},{"role":"user","content":task}]; self.facts = []
    def step(self):
        self.log[1] = {"role":"user","content":"Facts:\n" + "\n".join(self.facts)}  # want: PFX207
        m = client.chat.completions.create(model="gpt-5.1", messages=self.log).choices[0].message
        self.log.append({"role":"assistant","content":m.content})
        self.facts.append(m.content[:40])
