from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import json, httpx
async def ask(q):
    async with httpx.AsyncClient() as c:
        return await c.post("https://x/v1/chat/completions", content=json.dumps({"model": "m", "messages": [{"role": "system", "content": head()}, {"role": "user", "content": q}]}))
