"""A talk is exported as plain texts, and stored as it was sent."""

import json
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="http://localhost:30000/v1", api_key="-")
STORE = Path("talk.json")


def words_of(content) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content)


class Talk:
    def __init__(self, rules: str) -> None:
        self.rules = rules
        self.turns = json.loads(STORE.read_text()) if STORE.exists() else []

    def close(self) -> None:
        rows = []
        for turn in self.turns:
            rows.append({"role": turn["role"], "content": words_of(turn["content"])})
        Path("export.json").write_text(json.dumps(rows, ensure_ascii=False))

    def save(self) -> None:
        STORE.write_text(json.dumps(self.turns))

    def ask(self, question: str, page: str) -> str:
        blocks = [{"type": "text", "text": page}, {"type": "text", "text": question}]
        self.turns.append({"role": "user", "content": blocks})
        head = {"role": "system", "content": self.rules}
        done = client.chat.completions.create(model="qwen3-32b", messages=[head, *self.turns])
        self.turns.append({"role": "assistant", "content": done.choices[0].message.content})
        return done.choices[0].message.content
