"""Skills stand in front of a fresh talk, and behind one that was taken up again."""

from openai import OpenAI

client = OpenAI()
BASE = "You help in an editor of drawings. " * 100


class Talk:
    def __init__(self, skills):
        self.skills = skills
        self.turns: list[dict] = []
        self.taken_up = False

    def messages(self) -> list[dict]:
        block = {"role": "user", "content": "<skills>\n" + self.skills.listing() + "\n</skills>"}
        head = {"role": "system", "content": BASE}
        if self.taken_up:
            return [head, *self.turns, block]
        return [head, block, *self.turns]

    def restore(self, turns: list[dict]) -> None:
        self.turns = turns
        self.taken_up = True  # want: PFX207

    def say(self, words: str) -> str:
        self.turns.append({"role": "user", "content": words})
        reply = client.chat.completions.create(model="gpt-4.1", messages=self.messages())  # want: PFX207
        self.turns.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.turns[-1]["content"]
