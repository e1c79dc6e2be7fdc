from litellm import completion
from litellm.exceptions import RateLimitError

HANDBOOK = "You run the front desk of a hotel. " * 100


class Desk:
    def __init__(self, models):
        self.models = list(models)
        self.model = self.models.pop(0)
        self.log = []

    @property
    def system(self):
        return "\n".join(["# Desk", f"model = {self.model}", HANDBOOK])

    def ask(self, text):
        self.log.append({"role": "user", "content": text})
        try:
            r = completion(model=self.model, messages=[{"role": "system", "content": self.system}, *self.log])
        except RateLimitError:
            self.model = self.models.pop(0)  # want: PFX201 PFX606
            return self.ask(text)
        self.log.append({"role": "assistant", "content": r.choices[0].message.content})
        return r
