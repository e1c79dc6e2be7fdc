import secrets

from jinja2 import Environment, PackageLoader, select_autoescape
from openai import AsyncOpenAI

client = AsyncOpenAI()
templates = Environment(loader=PackageLoader("quotes", "."), autoescape=select_autoescape(default=False))


def new_reference() -> str:
    return "Q-" + secrets.token_urlsafe(6).upper()  # want: PFX102 PFX201


async def quote(shipment: str) -> tuple[str, str]:
    ref = new_reference()
    instructions = templates.get_template("quote_prompt.jinja").render(quote_ref=ref)
    response = await client.responses.create(model="gpt-4.1", instructions=instructions, input=shipment)
    return ref, response.output_text
