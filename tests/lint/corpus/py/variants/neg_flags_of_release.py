"""Settings of a release decide on lines: all calls of it agree."""

import os

from openai import OpenAI

client = OpenAI()
GUIDELINE = "Ask for the onset, the course and what makes it better. Never name a dose. " * 70
STRICT = os.environ.get("STRICT") == "1"
SHORT = os.environ.get("SHORT") == "1"


def head() -> str:
    lines = ["You take the history before the visit."]
    if STRICT:
        lines.append("Never guess.")
    if SHORT:
        lines.append("Answer in one sentence.")
    lines.append(GUIDELINE)
    return "\n".join(lines)


def ask(turns):
    messages = [{"role": "system", "content": head()}, *turns]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
