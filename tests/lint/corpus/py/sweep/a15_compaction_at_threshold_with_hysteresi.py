"""Compaction at threshold with hysteresis."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For a15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
HIGH, LOW = 60, 20
class Chat:
    def __init__(self):
        self.log = []
    def _compact(self):
        if len(self.log) > HIGH:
            self.log = self.log[-LOW:]
    def say(self, text):
        self._compact()
        self.log.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *self.log])
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
        return r
