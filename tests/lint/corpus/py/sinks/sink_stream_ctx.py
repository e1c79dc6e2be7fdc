from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from anthropic import AsyncAnthropic
client = AsyncAnthropic()
async def ask(q):
    async with client.messages.stream(model="claude-sonnet-4-5", max_tokens=5, system=head(), messages=[{"role": "user", "content": q}]) as s:
        async for t in s.text_stream:
            yield t
