"""A helper ends the prompt without a blank."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def filled(question):
    return RULES + "\nQuestion: " + question + "\nAnswer:"


def ask(question):
    return client.completions.create(model="gpt-3.5-turbo-instruct", prompt=filled(question))
