"""The window is a slice that has a name."""

from openai import OpenAI

client = OpenAI()
SYSTEM = {"role": "system", "content": "Play the host of an inn in a long tale. " * 100}
RECENT = slice(-16, None)


class Tale:
    def __init__(self):
        self.history = []

    def say(self, line: str):
        self.history.append({"role": "user", "content": line})
        out = client.chat.completions.create(
            model="gpt-5.1",
            messages=[SYSTEM, *self.history[RECENT]],  # want: PFX207
        )
        self.history.append({"role": "assistant", "content": out.choices[0].message.content})
