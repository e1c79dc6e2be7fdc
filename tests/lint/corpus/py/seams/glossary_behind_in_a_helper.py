"""A helper puts the glossary behind what is asked about."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30
GLOSSARY = "A cue is the last word before yours. " * 20


def joined(question):
    return "\n\n".join([question, GLOSSARY])  # want: PFX201


def ask_all(questions):
    for question in questions:
        client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": RULES},
                {"role": "user", "content": joined(question)},
            ],
        )
