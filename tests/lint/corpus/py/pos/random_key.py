"""The routing key is drawn for each call."""
import uuid

from openai import OpenAI

client = OpenAI()
SYSTEM = "You answer letters to a zoo. " * 200


def options() -> dict:
    return {"model": "gpt-5.1", "prompt_cache_key": f"zoo-{uuid.uuid4()}"}  # want: PFX607


def answer(letter: str) -> str:
    reply = client.responses.create(**options(), instructions=SYSTEM, input=letter)
    return reply.output_text
