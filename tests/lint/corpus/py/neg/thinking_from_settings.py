import anthropic
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    budget: int = 4000
    think: bool = True


settings = Settings()
client = anthropic.Anthropic()


def work(task: str, tools: list[dict]) -> list[dict]:
    thinking = (
        {"type": "enabled", "budget_tokens": settings.budget}
        if settings.think
        else {"type": "disabled"}
    )
    messages = [{"role": "user", "content": task}]
    for _ in range(12):
        reply = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=8000,
            system="You repair bicycles. " * 80,
            tools=tools,
            thinking=thinking,
            messages=messages,
        )
        messages.append({"role": "assistant", "content": reply.content})
        if reply.stop_reason != "tool_use":
            break
        messages.append({"role": "user", "content": [{"type": "tool_result", "content": "done"}]})
    return messages
