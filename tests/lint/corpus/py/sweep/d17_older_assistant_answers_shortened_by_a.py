"""Older assistant answers shortened by age."""

import openai
client = openai.OpenAI()
HEAD = "For d17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self): self.turns = []
    def view(self):
        cut = len(self.turns) - 4
        return [dict(m, content=m["content"][:200]) if n < cut else m for n, m in enumerate(self.turns)]  # want: PFX207
    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD}, *self.view()])
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
