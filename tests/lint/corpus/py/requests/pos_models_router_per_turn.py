import litellm

SYSTEM = "You help people to fill in tax forms. " * 80


def pick(text: str) -> str:
    return "anthropic/claude-opus-4-8" if len(text) > 400 else "anthropic/claude-haiku-4-5"


class Form:
    def __init__(self):
        self.history = [{"role": "system", "content": SYSTEM}]

    def send(self, text):
        self.history.append({"role": "user", "content": text})
        reply = litellm.completion(model=pick(text), messages=self.history)  # want: PFX606
        self.history.append({"role": "assistant", "content": reply.choices[0].message.content})
        return reply
