"""The same in coroutines, with a client of the object."""
import random

from anthropic import AsyncAnthropic

RULES = "Moderate a debate. Give each side two minutes. " * 80


class Moderator:
    def __init__(self):
        self._client = AsyncAnthropic()

    async def _opening(self) -> str:
        return random.choice(["Welcome.", "Good to see you."])  # want: PFX102

    async def run(self, turns: list[dict]):
        opening = await self._opening()
        async with self._client.messages.stream(
            model="claude-sonnet-5", max_tokens=500, system=f"{opening} {RULES}", messages=turns
        ) as stream:
            return await stream.get_final_message()
