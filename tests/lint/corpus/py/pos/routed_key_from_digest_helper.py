import hashlib
import json

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90


def _key(messages) -> str:
    return hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:16]


def letter(minutes: str) -> str:
    messages = [{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}]
    r = client.chat.completions.create(
        model="gpt-5.1", messages=messages, prompt_cache_key=_key(messages)
    )  # want: PFX607
    return r.choices[0].message.content
