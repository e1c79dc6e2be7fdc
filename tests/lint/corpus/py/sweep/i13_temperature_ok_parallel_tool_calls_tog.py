"""Temperature ok; parallel_tool_calls toggled per step by attribute."""

from openai import OpenAI
client = OpenAI()
SYS = "For i13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self, tools): self.tools, self.steps, self.log = tools, 0, []
    def step(self):
        self.steps += 1
        m = client.chat.completions.create(model="gpt-5.1", tools=self.tools, tool_choice="none" if self.steps > 8 else "auto", messages=[{"role":"system","content":SYS}, *self.log]).choices[0].message  # want: PFX605
        self.log.append(m)
