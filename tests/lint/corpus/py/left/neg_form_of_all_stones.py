"""A quarry describes its stones; the form of the answer has all traits, whatever a stone's sheet says."""
from openai import OpenAI
from pydantic import create_model

client = OpenAI()
GUIDE = "Weigh the stone dry. Name its colour when wet. A vein counts when it is wider than a finger. " * 90
TRAITS = ("weight", "colour", "veins", "grain")


def all_traits() -> dict:
    """A form of everything that is asked of a stone."""
    return create_model("Traits", **{trait: (str, ...) for trait in TRAITS}).model_json_schema()


def describe(stone: dict) -> str:
    """The traits of one stone."""
    reply = client.responses.create(
        model="gpt-5.1",
        instructions=GUIDE,
        input=str(stone),
        text={"format": {"type": "json_schema", "name": "traits", "schema": all_traits()}},
    )
    return reply.output_text


def describe_all(stones: list[dict]) -> list[str]:
    """All stones of a quarry."""
    return [describe(stone) for stone in stones]
