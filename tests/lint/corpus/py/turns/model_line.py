import time
from openai import OpenAI


class Bot:
    def __init__(self):
        self.client = OpenAI()
        self.model = "gpt-4.1"
        self.messages = []

    def switch(self, name):
        self.model = name

    def say(self, text):
        self.messages.append({"role": "user", "content": text})
        head = f"Model: {self.model}\nYou are the shell's assistant. Explain commands before you propose them. Never propose rm. Prefer flags in long form. Keep lines under eighty characters. Ask before sudo. Quote paths."  # want: PFX201 PFX606
        return self.client.chat.completions.create(model=self.model, messages=[{"role": "system", "content": head}] + self.messages)
