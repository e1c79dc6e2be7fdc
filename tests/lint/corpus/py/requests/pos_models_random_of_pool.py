import random

from openai import OpenAI

client = OpenAI()
POOL = ["qwen3.8-a", "qwen3.8-b", "qwen3.8-c"]


class Bot:
    def __init__(self, system):
        self.system = {"role": "system", "content": system}
        self.turns = []

    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        r = client.chat.completions.create(model=random.choice(POOL), messages=[self.system, *self.turns])  # want: PFX606
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
