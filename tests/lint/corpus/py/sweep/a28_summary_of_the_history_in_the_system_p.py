"""Summary of the history in the system prompt."""

from openai import OpenAI
client = OpenAI()
RULES = "For a28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Bot:
    def __init__(self):
        self.summary = ""
        self.log = []
    def say(self, q):
        self.log.append({"role":"user","content":q})
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":f"{RULES}\nSummary so far: {self.summary}"}, *self.log])  # want: PFX201 PFX207
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
        self.summary = client.chat.completions.create(model="gpt-4.1-mini", messages=[{"role":"user","content":"Summarise: " + self.summary + q}]).choices[0].message.content
