"""Another response model for every row."""
import instructor
from openai import OpenAI
from pydantic import Field, create_model

client = instructor.from_openai(OpenAI())
INSTRUCTION = "Fill in the form from the letter. Leave out what is not said. " * 80


def form_for(row: dict):
    fields = {name: (str, Field(description=text)) for name, text in row["fields"].items()}
    return create_model("Form", **fields)


def fill(rows: list[dict]) -> list:
    out = []
    for row in rows:
        out.append(
            client.chat.completions.create(
                model="gpt-5.1",
                response_model=form_for(row),  # want: PFX605 PFX305
                messages=[
                    {"role": "system", "content": INSTRUCTION},
                    {"role": "user", "content": row["letter"]},
                ],
            )
        )
    return out
