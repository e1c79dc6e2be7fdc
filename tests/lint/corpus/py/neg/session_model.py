"""User data stands below the shared rules, and nothing shared follows."""

from openai import OpenAI

client = OpenAI()
RULES = "Give advice on houseplants. " * 80


def ask(user, question: str):
    system = RULES + f"\nYou talk to {user.name}."
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": question}],
    )
