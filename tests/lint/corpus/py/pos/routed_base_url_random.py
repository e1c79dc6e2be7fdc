import random

import litellm

HOSTS = ["http://10.0.0.1:8000/v1", "http://10.0.0.2:8000/v1", "http://10.0.0.3:8000/v1"]
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    host = random.choice(HOSTS)  # want: PFX607
    r = litellm.completion(
        model="openai/llama",
        api_base=host,
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
    )
    return r.choices[0].message.content
