"""A template whose clock stands behind everything that is shared, in the user's part."""
from datetime import datetime
from string import Template

from openai import OpenAI

SYSTEM = "You answer questions about trains. " * 150
USER = Template("$question\n\n(asked at $when)")


def ask(question: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": USER.substitute(question=question, when=f"{datetime.now():%H:%M}")},
        ],
    )
