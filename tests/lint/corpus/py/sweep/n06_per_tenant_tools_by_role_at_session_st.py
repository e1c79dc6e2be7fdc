"""Per-tenant tools by role at session start."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Session:
    def __init__(self, tools, scopes):
        self.tools = [t for t in tools if t["scope"] in scopes]
        self.log = []
    def say(self, text):
        self.log.append({"role":"user","content":text})
        return client.chat.completions.create(model="gpt-5.1", tools=self.tools, messages=[{"role":"system","content":HEAD}, *self.log])
