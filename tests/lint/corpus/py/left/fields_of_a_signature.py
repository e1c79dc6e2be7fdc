"""A guild judges masterpieces; the rules of the guild are a field of the signature, declared behind the piece."""
from typing import Literal

import dspy

STATUTES = "A masterpiece is shown for a week. Two masters who did not teach the journeyman judge it. " * 40


class Judge(dspy.Signature):
    """Judge the piece by the statutes."""

    piece: str = dspy.InputField(desc="what the journeyman shows")
    statutes: str = dspy.InputField(desc="the statutes of the guild")
    verdict: Literal["master", "another year"] = dspy.OutputField()


class Guild(dspy.Module):
    def __init__(self) -> None:
        super().__init__()
        self.judge = dspy.ChainOfThought(Judge)

    def forward(self, piece: str) -> dspy.Prediction:
        return self.judge(statutes=STATUTES, piece=piece)  # want: PFX201


def verdicts(pieces: list[str]) -> list[str]:
    dspy.configure(lm=dspy.LM("openai/gpt-5.1-mini"))
    guild = Guild()
    return [guild(piece=piece).verdict for piece in pieces]
