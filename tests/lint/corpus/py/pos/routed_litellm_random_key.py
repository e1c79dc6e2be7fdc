import os
import random

import litellm

KEYS = os.environ["KEYS"].split(",")
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    r = litellm.completion(
        model="openai/gpt-5.1",
        api_key=random.choice(KEYS),  # want: PFX607
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
    )
    return r.choices[0].message.content
