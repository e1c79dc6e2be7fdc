import uuid

from openai import OpenAI

STYLE = "Turn the minutes into a letter to the members. " * 90


class Session:
    def __init__(self):
        self.client = OpenAI()
        self.key = str(uuid.uuid4())
        self.history = []

    def ask(self, text: str) -> str:
        self.history.append({"role": "user", "content": text})
        r = self.client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": STYLE}, *self.history],
            prompt_cache_key=self.key,
        )
        self.history.append({"role": "assistant", "content": r.choices[0].message.content})
        return r.choices[0].message.content
