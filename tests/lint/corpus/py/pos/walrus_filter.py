"""Capabilities by set difference, joined in a comprehension with a walrus."""

from openai import OpenAI

client = OpenAI()
ALL = {"search", "write", "delete", "share", "export"}
BASE = "You run a file store. Ask before you delete anything. " * 80


def capabilities(denied: set[str]) -> str:
    if allowed := ALL - denied:
        return "You may: " + "; ".join(name.upper() for name in allowed)  # want: PFX301
    return "You may do nothing."


def run(user_input: str, denied: set[str]) -> str:
    response = client.responses.create(
        model="gpt-5.1", instructions=capabilities(denied) + "\n" + BASE, input=user_input
    )
    return response.output_text
