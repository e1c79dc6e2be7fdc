"""A module's counter of served questions stands in the head."""

from openai import OpenAI

client = OpenAI()
SERVED = 0
RULES = "Answer questions on knots. Say which hand goes first. " * 90


def answer(question: str) -> str:
    global SERVED
    SERVED += 1  # want: PFX201
    out = client.responses.create(
        model="gpt-5.1", instructions=f"Question {SERVED} of today.\n{RULES}", input=question
    )
    return out.output_text
