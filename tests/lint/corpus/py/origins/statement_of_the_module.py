"""Async session, the rows of execute()."""
import anthropic
import sqlalchemy as sa

from .tables import policies

client = anthropic.AsyncAnthropic()
POLICIES = sa.select(policies.c.text).where(policies.c.live)  # want: PFX301


async def ask(db, turns: list[dict]):
    rows = (await db.execute(POLICIES)).scalars().all()
    return await client.messages.create(
        model="claude-sonnet-5", max_tokens=500, system="Follow these:\n" + "\n".join(rows), messages=turns
    )
