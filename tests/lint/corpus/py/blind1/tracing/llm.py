from anthropic import AsyncAnthropic

from .context import correlation_id
from .prompts import UNDERWRITING_GUIDE

client = AsyncAnthropic()


def preamble() -> str:
    return f"correlation: {correlation_id.get()}"  # want: PFX102 PFX201


async def assess(application: str) -> str:
    message = await client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=1200,
        system="\n".join((preamble(), UNDERWRITING_GUIDE)),
        messages=[{"role": "user", "content": application}],
    )
    return "".join(b.text for b in message.content if b.type == "text")
