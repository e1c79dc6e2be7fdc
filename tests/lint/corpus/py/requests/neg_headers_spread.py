"""Two calls send one talk: what the second one is given besides isn't known, and may be the same beta feature."""

import anthropic

client = anthropic.Anthropic()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 90
BETA = {"anthropic-beta": "interleaved-thinking-2025-05-14"}


class Desk:
    def __init__(self, **options):
        self.messages = []
        self.options = options

    def think(self, question):
        self.messages.append({"role": "user", "content": question})
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=100, system=RULES, messages=self.messages, extra_headers=BETA
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply

    def go_on(self, question):
        self.messages.append({"role": "user", "content": question})
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=100, system=RULES, messages=self.messages, **self.options
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
