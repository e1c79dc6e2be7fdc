"""A pydantic model with a drawn id is dumped into the head."""

from uuid import uuid4

from openai import OpenAI
from pydantic import BaseModel, Field

client = OpenAI()
RULES = "Fill in forms of a town hall. Leave open what is not known. " * 80


class Context(BaseModel):
    office: str
    ticket: str = Field(default_factory=lambda: uuid4().hex)  # want: PFX102


def fill(office: str, form: str):
    context = Context(office=office)
    head = "Context: " + context.model_dump_json() + "\n" + RULES
    return client.responses.create(model="gpt-5.1", instructions=head, input=form)
