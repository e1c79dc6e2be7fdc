from uuid import uuid4

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90


def options(kind: str) -> dict:
    return {"prompt_cache_key": f"{kind}-{uuid4().hex}", "temperature": 0.2}  # want: PFX607


def letter(minutes: str) -> str:
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        **options("letter"),
    )
    return r.choices[0].message.content
