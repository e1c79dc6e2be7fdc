"""A request id from a context variable ends up in the head."""
import uuid
from contextvars import ContextVar

from openai import AsyncOpenAI

request_id: ContextVar[str] = ContextVar("request_id")
client = AsyncOpenAI()
RULES = "You file reports. " * 200


def begin() -> None:
    request_id.set(uuid.uuid4().hex)  # want: PFX102 PFX201


async def handle(text: str):
    begin()
    return await client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": f"[{request_id.get()}] {RULES}"},
            {"role": "user", "content": text},
        ],
    )
