"""Model: line."""

from openai import OpenAI
client = OpenAI()
HEAD = "For d06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Session:
    def __init__(self, model):
        self.model = model
        self.log = []
    def switch(self, model):
        self.model = model
    def head(self):
        return f"Model: {self.model}\n{HEAD}"  # want: PFX201 PFX606
    def say(self, text):
        self.log.append({"role": "user", "content": text})
        return client.chat.completions.create(model=self.model, messages=[{"role": "system", "content": self.head()}, *self.log])
