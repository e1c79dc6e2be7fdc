"""Examples are drawn once, by an optimizer or with a seed, and stay what they are."""

import random

import dspy


class Herbarium(dspy.Module):
    def __init__(self, pool: list[dspy.Example]):
        super().__init__()
        self.name = dspy.Predict("notes -> plant")
        self.name.demos = pool[:8]

    def forward(self, notes: str) -> dspy.Prediction:
        return self.name(notes=notes)


def best_of(program: Herbarium, pool: list[dspy.Example], score) -> Herbarium:
    tried = []
    for _ in range(8):
        candidate = program.deepcopy()
        candidate.name.demos = random.sample(pool, 6)
        tried.append((score(candidate), candidate))
    return max(tried, key=lambda each: each[0])[1]
