"""The number of the call stands in front."""
import itertools

from openai import OpenAI

_calls = itertools.count(1)
MANUAL = "You are the voice of a lift. Be kind and brief. " * 100
client = OpenAI()


def prompt() -> str:
    return f"Call no. {next(_calls)}\n{MANUAL}"  # want: PFX201 PFX102


def speak(event: str) -> str:
    return client.responses.create(model="gpt-5.1", instructions=prompt(), input=event).output_text
