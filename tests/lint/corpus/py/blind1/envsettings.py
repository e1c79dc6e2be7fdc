from functools import cached_property
from pathlib import Path

from litellm import acompletion
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ADVISOR_", env_file=".env")

    brand: str = "Northwind"
    market: str = "NO"
    model: str = "openai/gpt-4.1"
    prompt_file: Path = Path("prompts/advisor.md")

    @cached_property
    def system_prompt(self) -> str:
        return self.prompt_file.read_text().replace("[[BRAND]]", self.brand).replace("[[MARKET]]", self.market)


settings = Settings()


async def advise(question: str) -> str:
    r = await acompletion(
        model=settings.model,
        messages=[
            {"role": "system", "content": settings.system_prompt},
            {"role": "user", "content": question},
        ],
    )
    return r.choices[0].message.content
