from functools import partial
from openai import OpenAI

client = OpenAI()


def fetch(url, timeout):
    return url


FETCH = partial(fetch, timeout=3)


def ask(history):
    system = "You fetch pages. " * 100 + f"Tool: {FETCH}. Use it. " + "Cite pages. " * 50  # want: PFX306
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
