"""The system prompt, with its start time, is built once for each agent and kept."""

from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Keep the log book of a lighthouse. Write what was seen. " * 80


class Agent:
    def __init__(self):
        self._system: str | None = None
        self.messages: list[dict] = []

    @property
    def system(self) -> str:
        if self._system is None:
            self._system = f"{RULES}\nSession began {datetime.now():%H:%M}."
        return self._system

    def ask(self, text: str):
        self.messages.append({"role": "user", "content": text})
        out = client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": self.system}, *self.messages]
        )
        self.messages.append({"role": "assistant", "content": out.choices[0].message.content})
        return out
