"""A quarry describes its stones; the form of the answer has the traits that a stone's sheet leaves open."""
from openai import OpenAI
from pydantic import create_model

client = OpenAI()
GUIDE = "Weigh the stone dry. Name its colour when wet. A vein counts when it is wider than a finger. " * 90


def open_traits(stone: dict) -> dict:
    """A form of what isn't known yet."""
    missing = {trait: (str, ...) for trait, known in stone.items() if known is None}
    return create_model("Traits", **missing).model_json_schema()


def describe(stone: dict) -> str:
    """The traits of one stone."""
    reply = client.responses.create(
        model="gpt-5.1",
        instructions=GUIDE,
        input=str(stone),
        text={"format": {"type": "json_schema", "name": "traits", "schema": open_traits(stone)}},
    )
    return reply.output_text


def describe_all(stones: list[dict]) -> list[str]:
    """All stones of a quarry."""
    return [describe(stone) for stone in stones]  # want: PFX605
