"""A notary's office reads a deed in steps; each step has a class of the answer of its own."""
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()
GUIDE = "Read the deed to its end before you answer. Names are written as in the deed, with the titles. " * 60


class Parties(BaseModel):
    seller: str
    buyer: str


class Price(BaseModel):
    amount: float
    due: str


STEPS = {"Who sells, and who buys?": Parties, "What is paid, and when?": Price}


def read_deed(deed: str) -> list:
    answers = []
    for question, answer in STEPS.items():
        reply = client.responses.parse(
            model="gpt-5.1",
            instructions=GUIDE,
            input=[{"role": "user", "content": deed}, {"role": "user", "content": question}],
            text_format=answer,  # want: PFX605
        )
        answers.append(reply.output_parsed)
    return answers
