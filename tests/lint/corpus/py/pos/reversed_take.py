"""The newest messages that fit, gathered from the end."""
from openai import OpenAI


def fit(messages, limit=8000):
    kept, used = [], 0
    for message in reversed(messages):  # want: PFX207
        used += len(message["content"]) // 4
        if used > limit:
            break
        kept.append(message)
    return kept[::-1]


class Chat:
    def __init__(self, system):
        self.system = {"role": "system", "content": system}
        self.messages = []

    def say(self, text):
        self.messages.append({"role": "user", "content": text})
        reply = OpenAI().chat.completions.create(model="gpt-5.1", messages=[self.system, *fit(self.messages)])
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
