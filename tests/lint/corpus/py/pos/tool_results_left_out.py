"""Results of tools are left out of all but the newest four messages."""

from openai import AsyncOpenAI

client = AsyncOpenAI()
SYSTEM = {"role": "system", "content": "Keep the stock of a bakery. " * 150}


def slim(messages):
    old, new = messages[:-4], messages[-4:]
    return [m for m in old if m["role"] != "tool"] + new  # want: PFX207


async def step(messages):
    return await client.chat.completions.create(model="gpt-5.1", messages=[SYSTEM, *slim(messages)])
