import hashlib

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    key = hashlib.md5(minutes.encode()).hexdigest()
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        prompt_cache_key=key,  # want: PFX607
    )
    return r.choices[0].message.content
