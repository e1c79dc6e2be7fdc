import os
import time
from binascii import hexlify
from pathlib import Path

from openai import OpenAI

client = OpenAI()


class FreshId:
    """Every read gives a new identifier."""

    def __init__(self, prefix: str):
        self.prefix = prefix

    def __get__(self, obj, owner=None) -> str:
        return f"{self.prefix}_{hexlify(os.urandom(8)).decode()}"  # want: PFX102 PFX201


class Interaction:
    ref = FreshId("ix")

    def __init__(self, handbook: Path):
        self.handbook = handbook

    def system(self) -> str:
        return f"Interaction {self.ref}\n\n{self.handbook.read_text()}"  # want: PFX102 PFX201


def handle(question: str, interaction: Interaction) -> tuple[str, float]:
    started = time.monotonic()
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": interaction.system()}, {"role": "user", "content": question}],
    )
    return r.choices[0].message.content, time.monotonic() - started
