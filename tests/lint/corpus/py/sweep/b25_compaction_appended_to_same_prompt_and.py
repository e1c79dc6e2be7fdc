"""Compaction appended to same prompt and tools."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class A:
    def __init__(self, tools): self.tools = tools; self.log = []
    def step(self, text):
        self.log.append({"role":"user","content":text})
        return client.chat.completions.create(model="gpt-4.1", tools=self.tools, messages=[{"role":"system","content":SYSTEM}, *self.log])
    def compact(self):
        r = client.chat.completions.create(model="gpt-4.1", tools=self.tools, tool_choice="auto", messages=[{"role":"system","content":SYSTEM}, *self.log, {"role":"user","content":"Summarise."}])
        self.log = [{"role":"user","content":r.choices[0].message.content}]
