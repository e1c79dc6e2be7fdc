import datetime as dt
from pathlib import Path

import poml
from openai import OpenAI

client = OpenAI()
PROMPT = Path(__file__).with_suffix(".poml")


def utc_clock() -> str:
    return dt.datetime.now(dt.timezone.utc).strftime("%H%M UTC")  # want: PFX101 PFX201


def ask(question: str, berth: str) -> str:
    context = {"bridge_time": utc_clock(), "berth": berth, "question": question}
    params = poml.poml(PROMPT, context=context, format="openai_chat")
    r = client.chat.completions.create(model="gpt-4.1", **params)
    return r.choices[0].message.content
