"""Reasoning deleted before it is stored."""

from openai import OpenAI
client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")
HEAD = "For g04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self):
        self.log = []
    def keep(self, message):
        data = message.model_dump()
        data.pop("reasoning_content", None)  # want: PFX207 PFX211
        self.log.append(data)
    def say(self, text):
        self.log.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="qwen3-32b", messages=[{"role": "system", "content": HEAD}, *self.log])
        self.keep(r.choices[0].message)
        return r
