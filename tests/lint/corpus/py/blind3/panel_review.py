import asyncio
from pathlib import Path

from openai import AsyncOpenAI

client = AsyncOpenAI()
FOLDER = Path("lenses")
LENSES = ("statistics", "ethics", "language")


async def review(lens: str, manuscript: str) -> str:
    r = await client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": (FOLDER / f"{lens}.md").read_text()},  # want: PFX702 PFX203 PFX201 PFX202
            {"role": "user", "content": f"<manuscript>\n{manuscript}\n</manuscript>\nList the problems."},  # want: PFX702 PFX203 PFX201 PFX202
        ],
    )
    return r.choices[0].message.content


async def panel(manuscript: str) -> dict[str, str]:
    texts = await asyncio.gather(*(review(lens, manuscript) for lens in LENSES))  # want: PFX702 PFX203 PFX201 PFX202
    return dict(zip(LENSES, texts))
