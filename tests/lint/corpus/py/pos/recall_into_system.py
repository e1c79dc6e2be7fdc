"""Recalled memories are put at the end of the system prompt, in front of the history."""

from openai import OpenAI

client = OpenAI()
PERSONA = "You are the librarian of a ship. " * 70


class Mate:
    def __init__(self, memory):
        self.memory = memory
        self.history: list[dict] = []

    def ask(self, text: str):
        recalled = self.memory.search(text, limit=5)  # want: PFX201 PFX204
        notes = "\n".join(f"- {m.text}" for m in recalled)
        system = PERSONA + "\nWhat you remember:\n" + notes
        self.history.append({"role": "user", "content": text})
        return client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": system}, *self.history]
        )
