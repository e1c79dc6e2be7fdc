from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import asyncio, functools
from anthropic import Anthropic
client = Anthropic()
async def ask(q):
    call = functools.partial(client.messages.create, model="claude-sonnet-4-5", system=head(), messages=[{"role": "user", "content": q}])
    return await asyncio.get_running_loop().run_in_executor(None, call)
