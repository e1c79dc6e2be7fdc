from dataclasses import dataclass
from datetime import datetime

from pydantic_ai import Agent, RunContext

INSTRUCTIONS = open("prompts/garden.md", encoding="utf-8").read()


@dataclass
class Garden:
    owner_id: int
    beds: list[str]


agent = Agent("anthropic:claude-sonnet-4-5", deps_type=Garden, instructions=INSTRUCTIONS)


@agent.tool
async def list_beds(ctx: RunContext[Garden]) -> list[str]:
    """Names of the beds of this garden."""
    return list(ctx.deps.beds)


async def advise(garden: Garden, question: str, history) -> tuple[str, list]:
    local = datetime.now().strftime("%d %B, %H:%M")
    result = await agent.run(f"[{local}] {question}", deps=garden, message_history=history)
    return result.output, result.all_messages()
