"""One message of a copy is changed, at a place that is found."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For g25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Session:
    def __init__(self, stored):
        self.log = list(stored)
        self.first = len(self.log)
    def outgoing(self, skills):
        sent = [dict(m) for m in self.log]
        sent[self.first]["content"] = skills + sent[self.first]["content"]  # want: PFX207 PFX209
        return sent
    def say(self, text, skills):
        self.log.append({"role": "user", "content": text})
        return client.messages.create(model="claude-sonnet-5", max_tokens=900, system=HEAD, messages=self.outgoing(skills))
