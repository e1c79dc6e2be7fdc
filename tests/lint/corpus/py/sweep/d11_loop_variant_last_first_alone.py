"""Loop variant last; first alone."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
RUBRIC = "For d11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def grade(essay):
    return await client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": essay}])
async def grade_all(essays):
    out = [await grade(essays[0])]
    out += await asyncio.gather(*map(grade, essays[1:]))
    return out
