from typing import NamedTuple

from openai import OpenAI

_client = OpenAI()


class Completion(NamedTuple):
    text: str
    tokens: int


def complete(system: str, turns: list[dict], model: str = "gpt-4.1") -> Completion:
    r = _client.chat.completions.create(model=model, messages=[{"role": "system", "content": system}, *turns])
    return Completion(r.choices[0].message.content, r.usage.total_tokens)
