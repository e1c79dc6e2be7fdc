"""A pattern that thinks of something else is replaced in the newest question alone."""

import re
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")

THINK_TANK = re.compile(r"\bthink tank\b")


def turn(history: list[dict], said: str) -> str:
    history.append({"role": "user", "content": THINK_TANK.sub("institute", said)})
    answer = client.chat.completions.create(model="qwen3-32b", messages=history).choices[0].message.content
    history.append({"role": "assistant", "content": answer})
    return answer
