"""Each turn replays the answers without what stands between the tags: a comprehension and `re.sub`."""

import re
from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")


def bare(text: str) -> str:
    return re.sub(r"<think>.*?</think>", "", text, flags=re.S)  # want: PFX211 PFX207


def turn(history: list[dict], said: str) -> str:
    history.append({"role": "user", "content": said})
    sent = [{**m, "content": bare(m["content"])} if m["role"] == "assistant" else m for m in history]
    answer = client.chat.completions.create(model="qwen3-32b", messages=sent).choices[0].message.content
    history.append({"role": "assistant", "content": answer})
    return answer
