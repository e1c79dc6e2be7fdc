"""A talk keeps the same facts for as long as it lasts."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


class Talk:
    """One conversation: its facts stay the same for as long as it lasts."""

    def __init__(self, facts):
        self.facts = facts
        self.messages = []

    def say(self, question):
        self.messages.append({"role": "user", "content": question})
        reply = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=500,
            system=[block(RULES), block(f"Facts: {self.facts}")],
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
