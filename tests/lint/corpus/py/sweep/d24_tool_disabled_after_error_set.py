"""Tool disabled after error set."""

import openai
client = openai.OpenAI()
HEAD = "For d24 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self, tools):
        self.tools = tools
        self.broken = set()
        self.log = []
    def usable(self):
        return [t for t in self.tools if t["function"]["name"] not in self.broken]  # want: PFX305
    def step(self, run_tool):
        m = client.chat.completions.create(model="gpt-5.1", tools=self.usable(), messages=[{"role": "system", "content": HEAD}, *self.log]).choices[0].message
        self.log.append(m)
        for c in m.tool_calls or []:
            try:
                self.log.append(run_tool(c))
            except RuntimeError:
                self.broken.add(c.function.name)
