from openai import AsyncOpenAI

from .render import Case, system_prompt

client = AsyncOpenAI()


async def reply(case: Case, thread: list[dict]) -> str:
    completion = await client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": system_prompt(case)}, *thread],
    )
    return completion.choices[0].message.content
