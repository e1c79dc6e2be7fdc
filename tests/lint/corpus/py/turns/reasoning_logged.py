"""The reasoning goes to the log, and the answer alone into the history of the desk."""

import logging

from openai import OpenAI

client = OpenAI(base_url="http://vllm:8000/v1", api_key="-")


class Desk:
    def __init__(self, rules: str) -> None:
        self.history = [{"role": "system", "content": rules}]

    def ask(self, question: str) -> str:
        self.history.append({"role": "user", "content": question})
        done = client.chat.completions.create(model="qwen3-32b", messages=self.history)
        said = done.choices[0].message
        logging.info("thought: %s", said.reasoning_content)
        self.history.append({"role": "assistant", "content": said.content})  # want: PFX211 PFX207
        return said.content
