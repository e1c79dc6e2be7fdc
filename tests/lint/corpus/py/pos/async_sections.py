"""Sections come from an asynchronous generator."""

import datetime

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def sections(store):
    yield "You run the desk of a hostel."
    yield f"Checked at {datetime.datetime.now():%H:%M}."  # want: PFX101
    yield "Beds are given in the order of the list. " * 100


async def reply(store, messages):
    parts = [part async for part in sections(store)]
    return await client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": "\n".join(parts)}, *messages],
    )
