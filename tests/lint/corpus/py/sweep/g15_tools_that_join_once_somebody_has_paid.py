"""Tools that join once somebody has paid."""

from openai import OpenAI
client = OpenAI()
HEAD = "For g15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Desk:
    def __init__(self, free, paid):
        self.free, self.paid = free, paid
        self.has_paid = False
        self.log = []
    def tools(self):
        if self.has_paid:
            return self.free + self.paid  # want: PFX305
        return self.free
    def say(self, text):
        self.log.append({"role": "user", "content": text})
        return client.chat.completions.create(model="gpt-5.1", tools=self.tools(), messages=[{"role": "system", "content": HEAD}, *self.log])
