from openai import AsyncOpenAI

client = AsyncOpenAI()
DEFAULT_TAGS = {"billing", "delivery", "returns", "warranty"}


class Labeller:
    def __init__(self, extra: list[str]) -> None:
        self.tags = DEFAULT_TAGS | set(extra)

    def _system(self) -> str:
        listed = ", ".join(self.tags)  # want: PFX301
        return (
            f"Label each message with one of: {listed}.\n"
            + "Say only the label. Never explain it. " * 20
        )

    async def label(self, text: str) -> str:
        reply = await client.chat.completions.create(
            model="gpt-5.1-mini",
            messages=[
                {"role": "system", "content": self._system()},
                {"role": "user", "content": text},
            ],
        )
        return reply.choices[0].message.content
