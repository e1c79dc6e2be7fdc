import itertools
import os

from openai import OpenAI

STYLE = "Turn the minutes into a letter to the members. " * 90


class Writer:
    def __init__(self):
        self.keys = itertools.cycle(os.environ["KEYS"].split(","))

    def letter(self, minutes: str) -> str:
        client = OpenAI(api_key=next(self.keys))  # want: PFX607
        r = client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        )
        return r.choices[0].message.content
