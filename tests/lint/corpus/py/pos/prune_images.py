"""Pictures of all but the newest two messages become a line of text."""
from copy import deepcopy

from openai import OpenAI


def slim(messages: list[dict]) -> list[dict]:
    out = deepcopy(messages)
    last = len(out) - 2
    for at, message in enumerate(out):
        if at < last and isinstance(message["content"], list):
            message["content"] = "[picture]"  # want: PFX207
    return out


class Viewer:
    def __init__(self, system: str) -> None:
        self.messages = [{"role": "system", "content": system}]

    def show(self, text: str, url: str):
        self.messages.append(
            {"role": "user", "content": [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]}
        )
        reply = OpenAI().chat.completions.create(model="gpt-5.1", messages=slim(self.messages))
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return reply
