"""The time of storing is beside the message, and not sent."""

from datetime import datetime

from openai import OpenAI

client = OpenAI()


class Chat:
    def __init__(self, system: str):
        self.stored: list[dict] = []
        self.system = system

    def sent(self) -> list[dict]:
        return [{"role": m["role"], "content": m["content"]} for m in self.stored]

    def ask(self, text: str):
        self.stored.append({"role": "user", "content": text, "at": datetime.now().isoformat()})
        return client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": self.system}, *self.sent()]
        )
