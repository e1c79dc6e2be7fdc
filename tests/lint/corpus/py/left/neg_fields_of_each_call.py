"""A ferry answers its passengers: what each call fills anew stands last, behind the language, one of a few words."""
from pathlib import Path
from typing import Literal

import dspy

TARIFF = "A bicycle pays half. Dogs travel free on deck. A lorry is measured from bumper to bumper. " * 40


class Answer(dspy.Signature):
    """Answer the passenger from the page of the timetable."""

    asked: str = dspy.InputField()
    policy: str = dspy.InputField(desc="the passenger's insurance policy")
    page: str = dspy.InputField(desc="the page of the timetable that was found")
    said: str = dspy.OutputField()


class Price(dspy.Signature):
    """Say what a crossing costs."""

    language: str = dspy.InputField()
    season: Literal["summer", "winter"] = dspy.InputField()
    tariff: str = dspy.InputField()
    vehicle: str = dspy.InputField()
    price: str = dspy.OutputField()


class Desk(dspy.Module):
    def __init__(self, pages: Path) -> None:
        super().__init__()
        self.pages = pages
        self.answer = dspy.ChainOfThought(Answer)
        self.price = dspy.Predict(Price)

    def forward(self, asked: str, policy: str, line: str) -> dspy.Prediction:
        page = (self.pages / f"{line}.md").read_text()
        return self.answer(asked=asked, policy=policy, page=page)

    def price_of(self, vehicle: str, language: str, season: str) -> str:
        return self.price(vehicle=vehicle, tariff=TARIFF, language=language, season=season).price
