"""Each turn takes the earlier marks away before it marks its question."""

import anthropic

client = anthropic.Anthropic()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 90


class Talk:
    def __init__(self):
        self.messages = []

    def say(self, question):
        for message in self.messages:
            for block in message["content"]:
                block.pop("cache_control", None)
        block = {"type": "text", "text": question, "cache_control": {"type": "ephemeral"}}
        self.messages.append({"role": "user", "content": [block]})
        reply = client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=RULES, messages=self.messages)
        self.messages.append({"role": "assistant", "content": [{"type": "text", "text": reply.content[0].text}]})
        return reply
