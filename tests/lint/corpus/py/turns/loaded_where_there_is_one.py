"""The turns are loaded where there are any, and begun anew elsewhere: the newest question is the last message."""
import json
from pathlib import Path

from openai import OpenAI

client = OpenAI()
STORE = Path("talk.json")


class Talk:
    def __init__(self, rules: str) -> None:
        self.rules = rules
        self.turns = json.loads(STORE.read_text()) if STORE.exists() else []

    def ask(self, question: str) -> str:
        self.turns.append({"role": "user", "content": question})
        head = {"role": "system", "content": self.rules}
        done = client.chat.completions.create(model="qwen3-32b", messages=[head, *self.turns])
        self.turns.append({"role": "assistant", "content": done.choices[0].message.content})
        return done.choices[0].message.content
