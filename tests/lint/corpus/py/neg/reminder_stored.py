"""A reminder with the time becomes part of the stored message, word for word."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Look after a harbour. " * 120


class Harbour:
    def __init__(self):
        self.messages: list[dict] = []

    def say(self, text: str):
        stamped = f"{text}\n<reminder>It is {datetime.now():%H:%M}.</reminder>"
        self.messages.append({"role": "user", "content": stamped})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=700, system=RULES, messages=self.messages
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
