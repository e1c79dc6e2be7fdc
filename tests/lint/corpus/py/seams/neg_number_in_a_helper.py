"""A helper lets a value hold its number whole."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def opening(name):
    return RULES + "Number: " + name


def ask(number, question):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": opening(str(number))},
            {"role": "user", "content": question},
        ],
    )
