"""Examples of predictors are drawn by lot for each plant that is to be named."""

import random

import dspy


class NamePlant(dspy.Signature):
    """Name the plant. Give the family as well."""

    notes: str = dspy.InputField()
    plant: str = dspy.OutputField()


class Herbarium(dspy.Module):
    def __init__(self, pool: list[dspy.Example]):
        super().__init__()
        self.pool = pool
        self.name = dspy.ChainOfThought(NamePlant)

    def forward(self, notes: str) -> dspy.Prediction:
        for predictor in self.predictors():
            predictor.demos = random.sample(self.pool, 6)  # want: PFX205 PFX102
        return self.name(notes=notes)


def name_once(pool: list[dspy.Example], notes: str) -> str:
    namer = dspy.Predict(NamePlant)
    random.shuffle(pool)
    namer.demos = pool[:8]  # want: PFX102 PFX205
    return namer(notes=notes).plant
