"""Half-window trim stored."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self): self.log = []
    def say(self, text):
        self.log.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *self.log])
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
        if len(self.log) > 100:
            del self.log[:50]
        return r
