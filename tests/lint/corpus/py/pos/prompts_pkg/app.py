"""Asks."""
from openai import OpenAI

from .clerk import ClerkPrompt


def ask(question: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": str(ClerkPrompt())}, {"role": "user", "content": question}],
    )
