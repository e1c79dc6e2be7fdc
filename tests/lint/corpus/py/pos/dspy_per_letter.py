"""Sorts letters of readers: what is asked about stands in front of the instructions."""

from random import sample

import dspy

GUIDE = """Say in one word what a letter of a reader is about, and in a sentence what the reader wants. Leave out
names. A letter about several things gets the one it begins with. A poem gets the word poem, whatever it is about."""


def sorted_letters(predictor, letters: list[str]) -> list[str]:
    topics = []
    for letter in letters:  # want: PFX201
        predictor.signature = predictor.signature.with_instructions(f"{letter}\n\n{GUIDE}")
        topics.append(predictor(letter=letter).topic)
    return topics


def with_examples(predictor, sorted_before: list[str]):
    some = "\n".join(sample(sorted_before, 5))  # want: PFX102
    predictor.signature = predictor.signature.with_instructions(f"Sorted before:\n{some}\n\n{GUIDE}")
    return predictor
