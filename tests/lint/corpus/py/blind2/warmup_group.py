import asyncio
from pathlib import Path

from openai import AsyncOpenAI

client = AsyncOpenAI()
ONTOLOGY = {"role": "system", "content": Path("ontology.txt").read_text()}


async def annotate(sentence: str, max_tokens: int = 300) -> str:
    r = await client.chat.completions.create(
        model="gpt-4.1", messages=[ONTOLOGY, {"role": "user", "content": sentence}], max_tokens=max_tokens
    )
    return r.choices[0].message.content


async def annotate_corpus(sentences: list[str]) -> list[str]:
    await annotate("ping", max_tokens=1)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(annotate(s)) for s in sentences]
    return [t.result() for t in tasks]


if __name__ == "__main__":
    import sys

    for line in asyncio.run(annotate_corpus(sys.stdin.read().splitlines())):
        print(line)
