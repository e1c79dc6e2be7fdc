"""The oldest messages go until the rest fits."""
import anthropic
import tiktoken

encoder = tiktoken.get_encoding("o200k_base")
client = anthropic.Anthropic()


def size(messages):
    return sum(len(encoder.encode(str(m["content"]))) for m in messages)


class Conversation:
    BUDGET = 30_000

    def __init__(self, rules):
        self.rules = rules
        self.messages = []

    def fit(self):
        kept = list(self.messages)
        while kept and size(kept) > self.BUDGET:
            kept.pop(0)  # want: PFX207
        return kept

    def send(self, text):
        self.messages.append({"role": "user", "content": text})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=500, system=self.rules, messages=self.fit()
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
