"""Settings of a base class, extended by a constant."""
from dataclasses import dataclass

import litellm


@dataclass
class Settings:
    model: str = "openai/gpt-5.1"
    temperature: float = 0.2


class Base:
    intro = "You are polite. " * 120

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def system(self) -> str:
        return self.intro


class Clerk(Base):
    def __init__(self, shop: str) -> None:
        super().__init__()
        self.shop = shop

    def system(self) -> str:
        return super().system() + "You sell shoes. " * 60

    def ask(self, messages: list[dict]):
        return litellm.completion(
            model=self.settings.model,
            temperature=self.settings.temperature,
            messages=[{"role": "system", "content": self.system()}, *messages],
        )
