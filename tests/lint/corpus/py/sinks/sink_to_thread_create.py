from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import asyncio
from openai import OpenAI
client = OpenAI()
async def ask(q):
    return await asyncio.to_thread(client.chat.completions.create, model="m", messages=[{"role": "system", "content": head()}, {"role": "user", "content": q}])
