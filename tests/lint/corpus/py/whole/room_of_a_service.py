import litellm
from trimming import trimmed

RULES = "Mend what the user points at, one file at a time, and run the tests before you stop. " * 8


class Desk:
    def __init__(self, model: str) -> None:
        self.model, self.room = model, 0

    def ask(self, wish: str) -> str:
        if self.model == "house":
            if not hasattr(self, "number"):
                self.room = 7000
                self.number = "1"
        head = trimmed(RULES, room=self.room)
        messages = [
            {"role": "system", "content": f"{head}\n{RULES}"},
            {"role": "user", "content": wish},
        ]
        return litellm.completion(model=self.model, messages=messages).choices[0].message.content
