"""A helper puts the number of a row in front of fixed text."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30
GLOSSARY = "A cue is the last word before yours. " * 20


def prompt(row):
    head = f"Row {row['id']}\n"
    return head + GLOSSARY + RULES  # want: PFX201


def label(rows):
    found = []
    for row in rows:
        reply = client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "user", "content": prompt(row)}]
        )
        found.append(reply.choices[0].message.content)
    return found
