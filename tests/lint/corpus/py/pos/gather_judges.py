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
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(judge(essay)) for essay in essays]  # want: PFX701
    return [task.result() for task in tasks]
