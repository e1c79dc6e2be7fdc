import litellm

MANUAL = "You are a clerk. " * 200


class Clerk:
    def __init__(self, model):
        self.model = model
        self.turns = []

    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        r = litellm.completion(model=self.model, messages=[{"role": "system", "content": MANUAL}, *self.turns])
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
