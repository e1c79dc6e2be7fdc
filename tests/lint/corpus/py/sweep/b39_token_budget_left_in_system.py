"""Token budget left in system."""

from openai import OpenAI
client = OpenAI()
class Agent:
    def __init__(self): self.used = 0; self.log = []
    def step(self, q):
        self.log.append({"role":"user","content":q})
        r = client.responses.create(model="gpt-5.1", instructions=f"Used {self.used} of 100000 tokens.\n" + "For b39 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, input=self.log)  # want: PFX201
        self.used += r.usage.total_tokens
