"""Trims after the answer, attribute."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class C:
    def __init__(self): self.h = []
    def turn(self, text):
        self.h.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *self.h])
        self.h.append({"role":"assistant","content":r.choices[0].message.content})
        self.h = self.h[-20:]  # want: PFX207
        return r
