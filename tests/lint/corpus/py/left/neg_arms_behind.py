import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
HOUSE = "Short sentences. Numbers below ten are spelled out. Serial commas. " * 90


async def look(part: str, text: str) -> str:
    head = f"{HOUSE}\n\nYou look at the {part} and at nothing else."
    r = await client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, {"role": "user", "content": text}])
    return r.choices[0].message.content


async def all_parts(text: str):
    first = await look("facts", text)
    rest = await asyncio.gather(look("tone", text), look("order", text))
    return [first, *rest]
