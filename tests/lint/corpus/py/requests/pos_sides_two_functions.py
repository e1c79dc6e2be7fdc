"""The title is made with another system text over the same history."""
from litellm import acompletion

SYSTEM = "You are the help desk of a ferry line. " * 60
TITLE = "Give a title of five words."


async def answer(history: list[dict], tools: list[dict]):
    return await acompletion(model="gpt-5.5", messages=[{"role": "system", "content": SYSTEM}, *history], tools=tools)


async def title(history: list[dict]):
    r = await acompletion(model="gpt-5.5", messages=[{"role": "system", "content": TITLE}, *history])  # want: PFX212 PFX305
    return r.choices[0].message.content
