"""The template of the user's message lies in a file, and holds the time."""
from datetime import datetime
from pathlib import Path

from openai import OpenAI

SYSTEM = Path("system.md").read_text()
ASK = Path("ask.md").read_text()


def ask(history: list[dict], question: str):
    text = ASK.format(question=question, now=datetime.now().isoformat())
    history.append({"role": "user", "content": text})
    reply = OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": SYSTEM}, *history]
    )
    history.append({"role": "assistant", "content": reply.choices[0].message.content})
    return reply
