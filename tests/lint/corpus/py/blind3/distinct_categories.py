import psycopg
from psycopg.rows import scalar_row
from litellm import acompletion

CATEGORIES = "SELECT DISTINCT category FROM expenses WHERE company = %(company)s"  # want: PFX301


async def categories(conn: psycopg.AsyncConnection, company: int) -> list[str]:
    async with conn.cursor(row_factory=scalar_row) as cur:
        await cur.execute(CATEGORIES, {"company": company})
        return await cur.fetchall()


async def book(conn: psycopg.AsyncConnection, company: int, guide: str, receipt: str) -> str:
    names = await categories(conn, company)
    r = await acompletion(
        model="openai/gpt-4.1-mini",
        messages=[
            {"role": "system", "content": guide + "\n\nKnown categories: " + "; ".join(names)},  # want: PFX301
            {"role": "user", "content": receipt},
        ],
    )
    return r.choices[0].message.content
