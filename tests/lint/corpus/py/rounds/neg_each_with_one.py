"""The product of one house and all questions."""

from itertools import product
from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask(head, question):
    reply = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
    return reply.choices[0].message.content


def run(house, questions):
    for h, q in product([house], questions):
        ask(f"You work at {h}. " + RULES, q)
