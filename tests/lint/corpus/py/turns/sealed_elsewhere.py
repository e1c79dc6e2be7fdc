"""A seal of the messages goes into a header and into the name of a file, and each call has one of its own text."""

import hashlib
import json

from openai import OpenAI

client = OpenAI()
HEAD = {"role": "system", "content": "You keep the log of a ship. Note the hour, the wind, the sail. " * 20}


def seal(messages: list[dict]) -> str:
    return hashlib.sha256(json.dumps(messages).encode()).hexdigest()


def calls_of(messages: list[dict]) -> list[dict]:
    return [
        {"role": "user", "content": f"{hashlib.md5(m['content'].encode()).hexdigest()} {m['content']}"}
        for m in messages
    ]


def log(messages: list[dict], shelf) -> str:
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[HEAD, *calls_of(messages)],
        extra_headers={"x-seal": seal(messages)},
    )
    shelf.save(seal(messages), r.choices[0].message.content)
    return r.choices[0].message.content
