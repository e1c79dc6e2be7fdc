"""A talk that is taken up again gets a head of its own, with the machine's name in it."""

import json
import socket
from pathlib import Path

from openai import OpenAI

client = OpenAI()
RULES = "You look after the servers of a school. Say what you would run, and why. " * 90


def head(door: str) -> str:
    return f"On {socket.gethostname()}, by {door}.\n{RULES}"  # want: PFX105 PFX201


class Talk:
    def __init__(self, file: Path):
        self.file = file
        self.said: list[dict] = []

    @classmethod
    def taken_up(cls, file: Path, door: str) -> "Talk":
        talk = cls(file)
        kept = [m for m in json.loads(file.read_text()) if m["role"] != "system"]
        talk.said = [{"role": "system", "content": head(door)}, *kept]
        return talk

    def ask(self, words: str) -> str:
        self.said.append({"role": "user", "content": words})
        reply = client.chat.completions.create(model="gpt-4.1", messages=self.said)
        self.said.append({"role": "assistant", "content": reply.choices[0].message.content})
        self.file.write_text(json.dumps(self.said))
        return self.said[-1]["content"]
