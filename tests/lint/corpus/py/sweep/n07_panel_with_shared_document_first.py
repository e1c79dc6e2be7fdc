"""Panel with shared document first."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
HEAD = "For n07 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def view(doc, role):
    return await client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD},{"role":"user","content":f"{doc}\n\nJudge it as a {role}."}])
async def panel(doc):
    first = await view(doc, "critic")
    return [first, *await asyncio.gather(*(view(doc, r) for r in ("editor", "lawyer")))]
