"""Admin tools after elevate method."""

from openai import OpenAI
client = OpenAI()
SYS = "For h11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self, base, admin): self.base, self.admin, self.elevated, self.log = base, admin, False, []
    def elevate(self): self.elevated = True
    def tools(self): return [*self.base, *(self.admin if self.elevated else [])]  # want: PFX305
    def say(self, text):
        self.log.append({"role":"user","content":text})
        return client.chat.completions.create(model="gpt-5.1", tools=self.tools(), messages=[{"role":"system","content":SYS}, *self.log])
