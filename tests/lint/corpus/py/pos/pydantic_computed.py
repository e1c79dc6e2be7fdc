"""A pydantic model with a computed header."""
from uuid import uuid4

from openai import OpenAI
from pydantic import BaseModel, computed_field

HANDBOOK = "Every claim needs a photo and a date of purchase. " * 100


class ClaimDesk(BaseModel):
    region: str = "EU"

    @computed_field
    @property
    def header(self) -> str:
        return f"[trace {uuid4().hex}] Claims desk, region {self.region}."  # want: PFX102 PFX201


desk = ClaimDesk()
api = OpenAI()


def judge(claim: str) -> str:
    out = api.responses.create(
        model="gpt-5.1",
        instructions=desk.header + "\n" + HANDBOOK,
        input=claim,
    )
    return out.output_text
