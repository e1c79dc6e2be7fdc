import anthropic

client = anthropic.Anthropic()
RULES = "Answer from the papers alone, and say which. " * 200
MARK = {"type": "ephemeral"}


class Chat:
    def __init__(self):
        self.messages = []

    def ask(self, text: str) -> str:
        for m in self.messages:
            if m["role"] == "user":
                m["content"][-1].pop("cache_control", None)
        self.messages.append(
            {"role": "user", "content": [{"type": "text", "text": text, "cache_control": MARK}]}
        )
        r = client.messages.create(model="claude-sonnet-5", max_tokens=500, system=RULES, messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.content})
        return r.content[0].text
