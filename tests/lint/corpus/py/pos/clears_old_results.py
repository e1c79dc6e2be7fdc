"""Old results of tools are emptied in place before each call."""
from openai import OpenAI

client = OpenAI()
KEEP = 6


def tidy(messages: list[dict]) -> None:
    for message in messages[:-KEEP]:
        if message["role"] == "tool" and len(message["content"]) > 400:
            message["content"] = "(removed)"  # want: PFX207


class Worker:
    def __init__(self, system: str, tools: list[dict]) -> None:
        self.messages = [{"role": "system", "content": system}]
        self.tools = tools

    def next(self):
        tidy(self.messages)
        reply = client.chat.completions.create(model="gpt-5.1", messages=self.messages, tools=self.tools)
        self.messages.append(reply.choices[0].message.model_dump(exclude_none=True))
        return reply
