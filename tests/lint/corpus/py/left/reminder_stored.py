import copy
from openai import OpenAI

client = OpenAI()
RULES = "You are a careful assistant for a shipping office. Always quote the order's number. " * 60


class Desk:
    def __init__(self):
        self.history = [{"role": "system", "content": RULES}]

    def turn(self, words: str) -> str:
        self.history.append({"role": "user", "content": words})
        request = list(self.history)
        request.append({"role": "user", "content": "<reminder>Do not forget to quote the number.</reminder>"})  # want: PFX209 PFX207
        reply = client.chat.completions.create(model="gpt-4.1", messages=request)
        self.history.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.history[-1]["content"]
