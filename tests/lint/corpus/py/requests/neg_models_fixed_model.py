import os

from openai import OpenAI

client = OpenAI()
MODEL = os.environ.get("MODEL", "gpt-5.5")
HEAD = f"You are {MODEL}, the clerk of a library. " + "Be brief. " * 200


class Clerk:
    def __init__(self):
        self.turns = []

    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        r = client.chat.completions.create(model=MODEL, messages=[{"role": "system", "content": HEAD}, *self.turns])
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
