"""A helper marks its text: the second block holds an id that is drawn in each call."""

import uuid

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text, ttl="5m"):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}


class Desk:
    def system(self):
        trace = str(uuid.uuid4())  # want: PFX102 PFX602
        return [block(RULES), block("Trace id: " + trace)]

    def answer(self, question):
        return client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=500,
            system=self.system(),
            messages=[{"role": "user", "content": question}],
        )
