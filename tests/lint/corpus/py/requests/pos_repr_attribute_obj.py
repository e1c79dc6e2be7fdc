from dataclasses import dataclass

from openai import AsyncOpenAI

client = AsyncOpenAI()


class Codec:
    pass


@dataclass
class Settings:
    language: str = "en"
    codec: Codec = None


async def ask(history, settings: Settings):
    settings.codec = Codec()
    system = "You read old tapes. " * 100 + f"\nSettings: {settings!r}\nAnswer now."  # want: PFX306
    return await client.chat.completions.create(
        model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
