"""The newest rows, turned around."""
import aiosqlite
from openai import AsyncOpenAI

client = AsyncOpenAI()


async def recent(path: str, chat: int) -> list[dict]:
    async with aiosqlite.connect(path) as db:
        cursor = await db.execute(
            "SELECT role, content FROM message WHERE chat = ? ORDER BY id DESC LIMIT 40", (chat,)  # want: PFX207
        )
        rows = await cursor.fetchall()
    return [{"role": role, "content": content} for role, content in reversed(rows)]


async def turn(path: str, chat: int, system: str, text: str):
    messages = [{"role": "system", "content": system}, *await recent(path, chat), {"role": "user", "content": text}]
    return await client.chat.completions.create(model="gpt-5.1", messages=messages)
