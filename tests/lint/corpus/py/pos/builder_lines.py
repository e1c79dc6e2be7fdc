import time

from anthropic import AsyncAnthropic


class PromptBuilder:
    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, title: str, body: str) -> "PromptBuilder":
        self._parts.append(f"## {title}\n{body}")
        return self

    def build(self) -> str:
        return "\n\n".join(self._parts)


async def run(client: AsyncAnthropic, history: list[dict]):
    builder = PromptBuilder()
    builder.add("Session", f"started {time.time():.0f}")  # want: PFX101
    builder.add("Rules", "Answer in the language of the guest. Never book without a yes. " * 20)
    return await client.messages.create(
        model="claude-sonnet-5", max_tokens=700, system=builder.build(), messages=history
    )
