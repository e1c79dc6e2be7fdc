"""The name of the model, which a command changes."""

from openai import OpenAI
client = OpenAI()
HEAD = "For g17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Shell:
    def __init__(self, engine):
        self.engine = engine
        self.log = []
    def use(self, words):
        self.engine = words.split()[-1]
    def head(self):
        return f"You run on {self.engine}.\n" + HEAD  # want: PFX606 PFX201
    def say(self, text):
        self.log.append({"role": "user", "content": text})
        return client.chat.completions.create(model=self.engine, messages=[{"role": "system", "content": self.head()}, *self.log])
