"""The name of the model, which a person may change in the middle, is part of the head."""

from openai import OpenAI


class Assistant:
    HEAD = "You know birds and their songs. " * 90

    def __init__(self, client: OpenAI, model: str):
        self.client = client
        self.model = model
        self.history: list[dict] = []

    def use(self, model: str) -> None:
        self.model = model

    def system(self) -> dict:
        return {"role": "system", "content": f"Model: {self.model}\n{self.HEAD}"}  # want: PFX201 PFX606

    def say(self, text: str):
        self.history.append({"role": "user", "content": text})
        return self.client.chat.completions.create(
            model=self.model, messages=[self.system(), *self.history]
        )
