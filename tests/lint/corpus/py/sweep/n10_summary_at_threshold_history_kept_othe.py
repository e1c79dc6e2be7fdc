"""Summary at threshold, history kept otherwise."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
MOST = 40000
class Chat:
    def __init__(self): self.log, self.used = [], 0
    def compact(self):
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *self.log, {"role":"user","content":"Sum up what we have."}])
        self.log = [{"role":"user","content":"So far: " + r.choices[0].message.content}]
    def say(self, text):
        if self.used > MOST:
            self.compact()
        self.log.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *self.log])
        self.used = r.usage.total_tokens
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
        return r
