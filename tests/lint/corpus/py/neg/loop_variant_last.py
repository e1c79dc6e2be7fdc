"""The first row goes alone, then all others; what varies stands last."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
RUBRIC = "Grade the essay by clarity, evidence, structure and style, each from one to five. " * 90


async def grade(essay: str):
    return await client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": essay}],
    )


async def grade_all(essays: list[str]):
    first = await grade(essays[0])
    rest = await asyncio.gather(*[grade(e) for e in essays[1:]])
    return [first, *rest]
