"""A note is put in front of the stored history on every turn."""

from openai import OpenAI

client = OpenAI()


class Chat:
    def __init__(self):
        self.messages: list[dict] = []

    def ask(self, text: str, note: str):
        self.messages.append({"role": "user", "content": text})
        self.messages.insert(0, {"role": "system", "content": note})  # want: PFX207
        return client.chat.completions.create(model="gpt-5.1", messages=self.messages)
