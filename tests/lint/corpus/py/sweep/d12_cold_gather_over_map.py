"""Cold gather over map."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
RUBRIC = "For d12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def grade(essay):
    return await client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": essay}])
async def grade_all(essays):
    return await asyncio.gather(*map(grade, essays))  # want: PFX701
