"""string.Template with a stamp."""
import string
import time
from pathlib import Path

from openai import AsyncOpenAI

SHEET = string.Template(Path(__file__).with_name("sheet.txt").read_text())
client = AsyncOpenAI()


def sheet(**more: str) -> str:
    return SHEET.safe_substitute(generated=time.ctime(), **more)  # want: PFX101 PFX201


async def ask(question: str) -> str:
    completion = await client.chat.completions.create(
        model="gpt-5.1-mini",
        messages=[
            {"role": "developer", "content": sheet(product="scale")},
            {"role": "user", "content": question},
        ],
    )
    return completion.choices[0].message.content
