from openai import OpenAI

client = OpenAI()
PLAN = "You are planning. Write no code. " * 20
ACT = "You are acting. Write code, and run the tests. " * 20
COMMON = "You work in a repository of the user. " * 40


class Coder:
    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.planning = True

    def toggle(self) -> None:
        self.planning = not self.planning

    def step(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        head = PLAN if self.planning else ACT  # want: PFX201 PFX206
        reply = client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": head + COMMON}, *self.messages]
        )
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.messages[-1]["content"]
