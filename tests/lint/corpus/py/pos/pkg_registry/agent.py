"""The prompt lists the tools of the registry."""

from openai import OpenAI

from .tools import names

client = OpenAI()
ROLE = "Run a small museum. Sell tickets, answer questions, keep the calendar. " * 50


def ask(messages: list[dict]):
    system = "Tools: " + ", ".join(names()) + "\n" + ROLE
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, *messages]
    )
