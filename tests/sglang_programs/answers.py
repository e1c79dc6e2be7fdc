"""Answers that both front ends get: made from the text of the prompt, and from what constrains the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

WORDS = ("yes", "no", "tea", "sea", "Search", "Finish", "seven", "12", "red", "blue", "good", "bad")
SHAPED = (
    "7", "42", "-3", "365", "3.14", "48.85", "True", "False", '"Paris"', '"a b"', "192.168.10.1", "10.0.0.7",
    "Ada is 36", "B", "A", "2024-05-17", "ab", "cc", '{\n    "name": "Ada",\n    "age": 36\n}',
    '{"name": "Ada", "age": 36}',
)  # fmt: skip
OBJECT = '{"name": "Ada", "age": 36}'


def answer(prompt: str, sample: int = 0, regex: str | None = None, schema: bool = False) -> str:
    """What the model says."""
    number = _hash(prompt, sample)
    if schema:
        return OBJECT
    if regex is not None:
        fitting = [each for each in SHAPED if re.fullmatch(regex, each)]
        return fitting[number % len(fitting)]
    words = [WORDS[_hash(prompt, sample, at) % len(WORDS)] for at in range(1 + number % 3)]
    return " " + " ".join(words)


def choice(prompt: str, choices: Sequence[str]) -> str:
    """Which of several the model picks."""
    return choices[_hash(prompt, "select") % len(choices)]


def _hash(*parts: object) -> int:
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:6])
