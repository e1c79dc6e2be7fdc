import datetime

from openai import OpenAI

client = OpenAI()


class Turn:
    def __init__(self, role: str, text: str) -> None:
        self.role, self.text = role, text
        self.at = datetime.datetime.now()

    def wire(self) -> dict:
        return {"role": self.role, "content": self.text}


class Log:
    def __init__(self) -> None:
        self.turns: list[Turn] = []

    def __iter__(self):
        return iter(self.turns)

    def wire(self) -> list[dict]:
        return [turn.wire() for turn in self]


def ask(log: Log, text: str) -> str:
    log.turns.append(Turn("user", text))
    reply = client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": "Be brief. " * 90}, *log.wire()]
    )
    log.turns.append(Turn("assistant", reply.choices[0].message.content))
    return log.turns[-1].text
