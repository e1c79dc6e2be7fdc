import os

from openai import OpenAI

client = OpenAI()
VERBOSE = os.environ.get("VERBOSE") == "1"
SYSTEM = (
    "Explain every step. " if VERBOSE else "Be brief. "
) + "You work in a repository of the user. " * 40


class Coder:
    def __init__(self, style: str = "plain") -> None:
        self.messages: list[dict] = []
        self.style = style

    def step(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": SYSTEM + f"Style: {self.style}"},
                *self.messages,
            ],
        )
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.messages[-1]["content"]
