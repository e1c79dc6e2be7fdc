import os

from openai import OpenAI

CLIENTS = [OpenAI(api_key=k) for k in os.environ["KEYS"].split(",")]
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    client = CLIENTS[0]
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
    )
    return r.choices[0].message.content
