"""A base class notes when it was made; prompts don't show it."""
import time
import litellm


class Timed:
    def __init__(self):
        self.made = time.time()

    def age(self):
        return time.time() - self.made


class Desk(Timed):
    def __init__(self, rules):
        super().__init__()
        self.rules = rules

    def ask(self, history):
        if self.age() > 3600:
            print("old")
        return litellm.completion(model="openai/gpt-5.1", messages=[{"role": "system", "content": self.rules}, *history])
