"""What stands between the tags is cut for the screen and for the log; the history keeps it."""

import re
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")

THINK = re.compile(r"<think>.*?</think>", re.S)


def shown(history: list[dict]) -> list[dict]:
    return [{**m, "content": THINK.sub("", m["content"])} for m in history]


def turn(history: list[dict], said: str) -> list[dict]:
    history.append({"role": "user", "content": said})
    answer = client.chat.completions.create(model="qwen3-32b", messages=history).choices[0].message.content
    history.append({"role": "assistant", "content": answer})
    return shown(history)
