import anthropic

client = anthropic.Anthropic()
SYSTEM = "You explain tide tables to sailors. " * 300


class Chat:
    def __init__(self):
        self.messages = []

    def marker(self):
        ttl = "1h" if len(self.messages) > 20 else "5m"  # want: PFX608 PFX605
        return {"type": "ephemeral", "ttl": ttl}

    def send(self, text):
        self.messages.append({"role": "user", "content": text})
        reply = client.messages.create(
            model="claude-opus-4-8", max_tokens=700,
            system=[{"type": "text", "text": SYSTEM, "cache_control": self.marker()}],
            messages=self.messages)
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply
