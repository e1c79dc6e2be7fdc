"""Chance is in the sampling, not in the prompt."""
import random
from openai import OpenAI


def draw(text):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", temperature=random.uniform(0.2, 1.0), seed=random.randint(0, 99),
        messages=[{"role": "system", "content": "Write a line. " * 200}, {"role": "user", "content": text}],
    )
