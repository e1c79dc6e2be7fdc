"""First message replaced once at start, by constructor helper."""

from openai import OpenAI
client = OpenAI()
SYS = "For i26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self, task):
        self.log = [{"role":"system","content":SYS},{"role":"user","content":""}]
        self._begin(task)
    def _begin(self, task): self.log[1] = {"role":"user","content":task}
    def step(self):
        m = client.chat.completions.create(model="gpt-5.1", messages=self.log).choices[0].message
        self.log.append({"role":"assistant","content":m.content})
