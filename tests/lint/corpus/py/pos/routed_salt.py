import secrets

from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1")
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    r = client.chat.completions.create(
        model="qwen",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        extra_body={"cache_salt": secrets.token_hex(8)},  # want: PFX607
    )
    return r.choices[0].message.content
