"""Tools chosen at construction by role argument."""

from openai import OpenAI
client = OpenAI()
SYS = "For i24 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
TOOLS = {"reader": [{"type":"function","function":{"name":"read"}}], "writer": [{"type":"function","function":{"name":"read"}},{"type":"function","function":{"name":"write"}}]}
class Worker:
    def __init__(self, role): self.tools = TOOLS[role]; self.log = []
    def say(self, text):
        self.log.append({"role":"user","content":text})
        return client.chat.completions.create(model="gpt-5.1", tools=self.tools, messages=[{"role":"system","content":SYS}, *self.log])
