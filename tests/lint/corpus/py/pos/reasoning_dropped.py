"""Reasoning is taken out before the message is replayed."""

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")


def replayable(message: dict) -> dict:
    kept = dict(message)
    kept.pop("reasoning_content", None)  # want: PFX211 PFX207
    return kept


def turn(messages: list[dict], text: str):
    messages.append({"role": "user", "content": text})
    sent = [replayable(m) for m in messages]
    r = client.chat.completions.create(model="local", messages=sent)
    messages.append(r.choices[0].message.model_dump())
    return r
