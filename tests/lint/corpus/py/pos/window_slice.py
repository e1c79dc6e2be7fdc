"""The newest forty messages."""

from openai import OpenAI

client = OpenAI()
KEEP = 40


class Chat:
    def __init__(self, system: str):
        self.system = {"role": "system", "content": system}
        self.history: list[dict] = []

    def recent(self) -> list[dict]:
        return self.history[-KEEP:]  # want: PFX207

    def ask(self, text: str):
        self.history.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-5.1", messages=[self.system, *self.recent()])
        self.history.append({"role": "assistant", "content": r.choices[0].message.content})
        return r
