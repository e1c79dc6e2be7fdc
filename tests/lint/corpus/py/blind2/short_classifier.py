import asyncio
import os

from anthropic import AsyncAnthropic

MODEL = "claude-haiku-4-5"
PROMPT = "Decide whether the message is spam. Answer SPAM or HAM and nothing else."  # want: PFX405


class SpamFilter:
    def __init__(self) -> None:
        self.client = AsyncAnthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
        self.system = [{"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}}]  # want: PFX405

    async def __call__(self, message: str) -> bool:
        reply = await self.client.messages.create(
            model=MODEL,
            max_tokens=5,
            system=self.system,
            messages=[{"role": "user", "content": message}],
        )
        return reply.content[0].text.strip() == "SPAM"


if __name__ == "__main__":
    import sys

    print(asyncio.run(SpamFilter()(sys.stdin.read())))
