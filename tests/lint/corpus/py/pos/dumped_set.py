"""A set, made a list and dumped."""
import json

from openai import OpenAI

RULES = "You keep the stock of a small shop. Answer in one line. " * 90


def allowed(catalog: list[dict]) -> str:
    colours = set()
    for item in catalog:
        colours.update(item["colours"])
    return json.dumps({"colours": list(colours)})  # want: PFX301 PFX302


def answer(catalog: list[dict], question: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": RULES + allowed(catalog)},
            {"role": "user", "content": question},
        ],
    )
