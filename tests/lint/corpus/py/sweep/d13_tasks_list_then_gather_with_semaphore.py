"""Tasks list then gather with semaphore."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
RUBRIC = "For d13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
gate = asyncio.Semaphore(8)
async def grade(essay):
    async with gate:
        return await client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": essay}])
async def grade_all(essays):
    tasks = [asyncio.create_task(grade(e)) for e in essays]  # want: PFX701
    return [await t for t in tasks]
