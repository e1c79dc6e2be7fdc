"""Tunes a program of prompts: each predictor keeps the instructions that did best for it."""

from random import sample

import dspy
from dspy.teleprompt.utils import get_signature, set_signature


class Weigh(dspy.Signature):
    """Say what the summaries that readers liked have, and the others have not."""

    liked: list[str] = dspy.InputField()
    disliked: list[str] = dspy.InputField()
    advice: str = dspy.OutputField()


class Rewrite(dspy.Signature):
    """Write the instructions anew, so that they follow the advice."""

    instructions: str = dspy.InputField()
    advice: str = dspy.InputField()
    better: str = dspy.OutputField()


class Tuner:
    def __init__(self, most: int = 6):
        self.most = most
        self.weigh = dspy.ChainOfThought(Weigh)
        self.rewrite = dspy.Predict(Rewrite)

    def improved(self, predictor, liked: list[str], disliked: list[str]):
        """The summaries are drawn for one question; what is kept is what a model answered."""
        liked, disliked = sample(liked, self.most), sample(disliked, self.most)
        advice = self.weigh(liked=liked, disliked=disliked).advice
        kept = predictor.signature.instructions
        better = self.rewrite(instructions=kept, advice=advice).better
        predictor.signature = predictor.signature.with_instructions(better)
        return predictor


def install(program: dspy.Module, candidates: list[list[str]], trial) -> list[int]:
    """Each predictor gets one of its own candidates, and is tried with it."""
    chosen = []
    for place, predictor in enumerate(program.predictors()):
        number = trial.suggest_categorical(f"instructions {place}", range(len(candidates[place])))
        set_signature(predictor, get_signature(predictor).with_instructions(candidates[place][number]))
        chosen.append(number)
    return chosen
