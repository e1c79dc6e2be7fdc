"""Context block put in front of the newest user message only, stored without."""

from openai import OpenAI
client = OpenAI()
SYS = "For h19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self): self.log = []
    def say(self, text, context):
        payload = [{"role":"system","content":SYS}, *self.log, {"role":"user","content":f"{context}\n\n{text}"}]  # want: PFX207 PFX209
        r = client.chat.completions.create(model="gpt-5.1", messages=payload)
        self.log.append({"role":"user","content":text})
        self.log.append({"role":"assistant","content":r.choices[0].message.content})
