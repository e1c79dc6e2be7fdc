"""Tools by time of day? by budget left."""

from openai import OpenAI
client = OpenAI()
SYS = "For i12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self, tools, calls=10): self.tools, self.left, self.log = tools, calls, []
    def step(self):
        offered = self.tools if self.left > 0 else []  # want: PFX305
        m = client.chat.completions.create(model="gpt-5.1", tools=offered, messages=[{"role":"system","content":SYS}, *self.log]).choices[0].message
        self.left -= len(m.tool_calls or [])
        self.log.append(m)
