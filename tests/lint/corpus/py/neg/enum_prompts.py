"""Prompts as members of an enumeration."""
from enum import StrEnum

from openai import OpenAI


class Prompts(StrEnum):
    CLERK = "You are a clerk. " * 120
    JUDGE = "You are a judge. " * 120


def ask(kind: Prompts, text: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": kind.value}, {"role": "user", "content": text}]
    )
