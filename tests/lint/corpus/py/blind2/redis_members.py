from redis.asyncio import Redis
from openai import AsyncOpenAI

llm = AsyncOpenAI()


class GlossaryRepository:
    def __init__(self, redis: Redis, lang: str):
        self.redis = redis
        self.key = f"glossary:{lang}"

    async def add(self, term: str) -> None:
        await self.redis.sadd(self.key, term)

    async def terms(self) -> list[str]:
        members = await self.redis.smembers(self.key)  # want: PFX301
        return [m.decode() for m in members]


async def proofread(repo: GlossaryRepository, guide: str, text: str) -> str:
    terms = await repo.terms()
    system = guide + "\n\nPreferred terms:\n" + "\n".join(f"* {t}" for t in terms)  # want: PFX301
    r = await llm.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
    )
    return r.choices[0].message.content
