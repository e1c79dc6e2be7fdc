from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import aiohttp
async def ask(q):
    payload = {"model": "m", "messages": [{"role": "system", "content": head()}, {"role": "user", "content": q}]}
    async with aiohttp.ClientSession() as session:
        async with session.post("https://x/v1/chat/completions", json=payload) as r:
            return await r.json()
