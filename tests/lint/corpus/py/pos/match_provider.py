"""One builder for several services, with `match`."""

import random

import anthropic
import openai

RULES = "Mark the exercises of a class. Give a hint, not the answer. " * 80


def head(kind: str) -> str:
    match kind:
        case "gentle":
            tone = random.choice(["Be kind.", "Be warm.", "Be mild."])  # want: PFX102 PFX206
        case _:
            tone = "Be plain."
    return tone + "\n" + RULES


def mark(provider: str, kind: str, work: str):
    match provider:
        case "anthropic":
            return anthropic.Anthropic().messages.create(
                model="claude-sonnet-5",
                max_tokens=400,
                system=head(kind),
                messages=[{"role": "user", "content": work}],
            )
        case _:
            return openai.OpenAI().responses.create(
                model="gpt-5.1", instructions=head(kind), input=work
            )
