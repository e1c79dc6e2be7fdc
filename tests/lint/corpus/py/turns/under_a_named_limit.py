"""The oldest lines go until the rest is below what the settings allow."""

from dataclasses import dataclass, field

from openai import OpenAI

client = OpenAI()


@dataclass
class Settings:
    max_total_tokens: int = 9_000


def count_tokens(lines: list[dict]) -> int:
    return sum(len(line["content"]) // 4 for line in lines)


@dataclass
class Talk:
    settings: Settings
    lines: list[dict] = field(default_factory=list)

    def fit(self) -> None:
        while count_tokens(self.lines) > self.settings.max_total_tokens:
            del self.lines[:2]  # want: PFX207

    def say(self, words: str):
        self.lines.append({"role": "user", "content": words})
        self.fit()
        return client.chat.completions.create(model="gpt-4.1", messages=self.lines)
