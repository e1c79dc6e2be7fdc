"""A guild judges masterpieces; the statutes are declared in front of the piece, what stands behind it is short."""
import dspy

STATUTES = "A masterpiece is shown for a week. Two masters who did not teach the journeyman judge it. " * 40
STYLE = "Answer in one sentence."


class ByStatutes(dspy.Signature):
    """Rules that every judgement goes by."""

    statutes: str = dspy.InputField(desc="the statutes of the guild")


class Judge(ByStatutes):
    """Judge the piece by the statutes."""

    piece: str = dspy.InputField(desc="what the journeyman shows")
    style: str = dspy.InputField()
    notes: str = dspy.OutputField()
    verdict: str = dspy.OutputField()


class Guild(dspy.Module):
    def __init__(self) -> None:
        super().__init__()
        self.judge = dspy.ChainOfThought(Judge)
        self.compare = dspy.Predict("statutes, piece, other_piece -> better")

    def forward(self, piece: str, other_piece: str) -> dspy.Prediction:
        judged = self.judge(piece=piece, style=STYLE, statutes=STATUTES)
        better = self.compare(other_piece=other_piece, piece=piece, statutes=STATUTES)
        return dspy.Prediction(verdict=judged.verdict, better=better.better)


def verdicts(pairs: list[tuple[str, str]]) -> list[str]:
    dspy.configure(lm=dspy.LM("openai/gpt-5.1-mini"))
    guild = Guild()
    return [guild(piece=one, other_piece=other).verdict for one, other in pairs]
