import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
RUBRIC = (
    "Judge the essay by structure, evidence and style. Give a grade from one to ten for each. " * 90
)


async def judge(essay: str) -> str:
    reply = await client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": essay}],
    )
    return reply.choices[0].message.content


async def judge_all(essays: list[str]) -> list[str]:
    first, *rest = essays
    lead = await judge(first)
    return [lead, *await asyncio.gather(*(judge(essay) for essay in rest))]
