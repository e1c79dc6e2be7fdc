import time
from dataclasses import asdict, dataclass

from openai import OpenAI

from .greeting import SCRIPT

client = OpenAI()


@dataclass(frozen=True)
class Turn:
    role: str
    content: str


class Call:
    """One phone call. Turns are immutable and only ever added."""

    def __init__(self, caller: str):
        self.caller = caller
        self.turns: list[Turn] = [Turn("system", SCRIPT)]

    def heard(self, transcript: str) -> None:
        clock = time.strftime("%H:%M:%S")
        self.turns.append(Turn("user", f"({clock}) {transcript}"))

    def speak(self) -> str:
        completion = client.chat.completions.create(
            model="gpt-4.1-mini",
            messages=[asdict(t) for t in self.turns],
        )
        text = completion.choices[0].message.content
        self.turns.append(Turn("assistant", text))
        return text
