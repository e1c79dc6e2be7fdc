"""Summary message replaced each turn at the front of log."""

from openai import OpenAI
client = OpenAI()
SYS = "For i08 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self): self.summary = ""; self.recent = []
    def messages(self):
        return [{"role":"system","content":SYS}, {"role":"user","content":"Summary: " + self.summary}, *self.recent]
    def say(self, text):
        self.recent.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-5.1", messages=self.messages())
        self.recent.append({"role":"assistant","content":r.choices[0].message.content})
        self.summary = client.chat.completions.create(model="gpt-5.1-mini", messages=[{"role":"user","content":f"Update: {self.summary} with {text}"}]).choices[0].message.content  # want: PFX201 PFX207
