"""A deque with a limit drops the oldest message at each turn."""
from collections import deque

from ollama import Client

client = Client()


class Chat:
    def __init__(self, system: str) -> None:
        self.system = {"role": "system", "content": system}
        self.recent: deque[dict] = deque(maxlen=30)  # want: PFX207

    def ask(self, text: str) -> str:
        self.recent.append({"role": "user", "content": text})
        reply = client.chat(model="qwen3", messages=[self.system, *self.recent])
        self.recent.append({"role": "assistant", "content": reply["message"]["content"]})
        return reply["message"]["content"]
