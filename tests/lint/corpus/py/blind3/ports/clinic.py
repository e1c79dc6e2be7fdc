"""Application service of the clinic's intake assistant."""
from dataclasses import dataclass
from textwrap import dedent

from .clocks import Clock, SystemClock
from .llm import Completion, complete


@dataclass
class IntakeService:
    protocol: str
    clock: Clock = SystemClock()

    def system_text(self) -> str:
        stamp = self.clock.now().strftime("%H:%M")
        return dedent(
            f"""\
            It is {stamp} at the reception desk.
            You collect the reason for the visit.
            """  # want: PFX101 PFX201
        ) + self.protocol

    def next_question(self, answers: list[dict]) -> Completion:
        return complete(self.system_text(), answers)
