import hashlib

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90
KEY = hashlib.md5(STYLE.encode()).hexdigest()


def letter(minutes: str) -> str:
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        prompt_cache_key=KEY,
    )
    return r.choices[0].message.content
