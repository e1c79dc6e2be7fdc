"""Model name in the head from property."""

from openai import OpenAI
client = OpenAI()
SYS = "For h14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class S:
    def __init__(self, model): self._model = model; self.log = []
    @property
    def model(self): return self._model
    @model.setter
    def model(self, value): self._model = value
    def say(self, text):
        self.log.append({"role":"user","content":text})
        return client.chat.completions.create(model=self.model, messages=[{"role":"system","content":f"You are {self.model}. " + SYS}, *self.log])  # want: PFX606 PFX201
