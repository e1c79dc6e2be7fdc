"""What is said in a talk begins with the time, and is stored as it was sent."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


class Talk:
    def __init__(self):
        self.messages = []

    def say(self, question):
        text = f"[{datetime.now():%H:%M:%S}] {question}"
        self.messages.append({"role": "user", "content": [{"type": "text", "text": text}]})
        marked = {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
        sent = [*self.messages[:-1], {"role": "user", "content": [marked]}]
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=500, system=RULES, messages=sent
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
