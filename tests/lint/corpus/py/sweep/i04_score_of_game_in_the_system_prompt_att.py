"""Score of game in the system prompt, attribute updated by other method."""

from openai import OpenAI
client = OpenAI()
RULES = "For i04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Quiz:
    def __init__(self): self.score = 0; self.log = []
    def judge(self, right): 
        if right: self.score += 10
    def ask(self, text):
        self.log.append({"role":"user","content":text})
        system = "Score: %d\n%s" % (self.score, RULES)  # want: PFX201
        return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":system}, *self.log])
