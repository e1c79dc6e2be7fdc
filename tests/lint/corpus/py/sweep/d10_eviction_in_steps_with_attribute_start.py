"""Eviction in steps with attribute start."""

from openai import OpenAI
client = OpenAI()
HEAD = "For d10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    LIMIT, CHUNK = 80, 40
    def __init__(self):
        self.log, self.start = [], 0
    def visible(self):
        while len(self.log) - self.start > self.LIMIT:
            self.start += self.CHUNK
        return self.log[self.start:]
    def say(self, text):
        self.log.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD}, *self.visible()])
        self.log.append({"role": "assistant", "content": r.choices[0].message.content})
        return r
