"""Tools depend on phase."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
PHASES = {"plan": ["search"], "act": ["search", "edit", "run"]}
class Agent:
    def __init__(self, registry): self.registry = registry; self.phase = "plan"; self.log = []
    def advance(self): self.phase = "act"
    def step(self):
        tools = [self.registry[n] for n in PHASES[self.phase]]  # want: PFX305
        r = client.chat.completions.create(model="gpt-4.1", tools=tools, messages=[{"role":"system","content":SYSTEM}, *self.log])
        self.log.append(r.choices[0].message)
