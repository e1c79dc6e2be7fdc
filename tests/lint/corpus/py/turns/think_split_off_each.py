"""What stands before the closing tag is split off of each answer before the history is sent again."""

import re
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")


class Desk:
    def __init__(self, rules: str) -> None:
        self.history = [{"role": "system", "content": rules}]

    def _replayed(self) -> list[dict]:
        kept = []
        for message in self.history:
            content = message["content"].split("</think>")[-1]  # want: PFX211 PFX207
            kept.append({"role": message["role"], "content": content})
        return kept

    def ask(self, question: str) -> str:
        self.history.append({"role": "user", "content": question})
        answer = client.chat.completions.create(model="deepseek-r1", messages=self._replayed())
        text = answer.choices[0].message.content
        self.history.append({"role": "assistant", "content": text})
        return text
