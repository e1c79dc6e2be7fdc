"""Passages and the clock stand in the newest message, behind everything."""

from datetime import datetime

from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "Answer from the passages alone. " * 120


class Rag:
    def __init__(self, index):
        self.index = index

    async def answer(self, question: str) -> str:
        hits = await self.index.search(question)
        context = "\n".join(f"[{n}] {hit.text}" for n, hit in enumerate(hits))
        prompt = f"{context}\n\nNow: {datetime.now()}\nQuestion: {question}"
        reply = await client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": RULES},
                {"role": "user", "content": prompt},
            ],
        )
        return reply.choices[0].message.content
