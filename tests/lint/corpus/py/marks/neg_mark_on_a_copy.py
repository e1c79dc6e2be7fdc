"""The mark stands in the copy that is sent, and not in the talk."""

import copy

import anthropic

client = anthropic.Anthropic()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 90


class Talk:
    def __init__(self):
        self.messages = []

    def say(self, question):
        self.messages.append({"role": "user", "content": [{"type": "text", "text": question}]})
        sent = copy.deepcopy(self.messages)
        sent[-1]["content"][-1]["cache_control"] = {"type": "ephemeral"}
        reply = client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=RULES, messages=sent)
        self.messages.append({"role": "assistant", "content": [{"type": "text", "text": reply.content[0].text}]})
        return reply
