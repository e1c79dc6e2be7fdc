"""A body that is posted by hand."""
import time
import aiohttp

RULES = "Answer for the water board. " * 150


async def ask(session: aiohttp.ClientSession, history: list[dict]):
    payload = dict(model="gpt-5.1", messages=[{"role": "system", "content": f"{time.time():.0f}\n{RULES}"}, *history])  # want: PFX101 PFX201
    async with session.post("https://api.openai.com/v1/chat/completions", json=payload) as reply:
        return await reply.json()
