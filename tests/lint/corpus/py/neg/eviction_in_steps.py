"""The window moves in strides."""

from openai import OpenAI

client = OpenAI()
STRIDE = 20


def kept(history: list[dict]) -> list[dict]:
    start = max(0, len(history) - 60) // STRIDE * STRIDE
    return history[start:]


def ask(system: dict, history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *kept(history)])
