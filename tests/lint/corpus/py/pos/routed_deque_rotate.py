import collections
import os

from openai import OpenAI

STYLE = "Turn the minutes into a letter to the members. " * 90
_clients = collections.deque(OpenAI(api_key=k) for k in os.environ["KEYS"].split(","))


def _next() -> OpenAI:
    _clients.rotate(-1)
    return _clients[0]  # want: PFX607


def letter(minutes: str) -> str:
    r = _next().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
    )
    return r.choices[0].message.content
