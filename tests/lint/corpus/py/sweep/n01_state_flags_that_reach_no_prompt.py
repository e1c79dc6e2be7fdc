"""State flags that reach no prompt."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Bot:
    def __init__(self):
        self.state = "idle"; self.closed = False; self.log = []
    def say(self, text):
        if self.closed: raise RuntimeError("closed")
        self.state = "busy"
        self.log.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *self.log])
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
        self.state = "idle"
        return r
    def close(self): self.closed = True
