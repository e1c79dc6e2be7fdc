"""Pydantic-ai prepare_tools by run step."""

from pydantic_ai import Agent, RunContext
from pydantic_ai.tools import ToolDefinition
async def narrow(ctx: RunContext[None], tools: list[ToolDefinition]) -> list[ToolDefinition]:
    if ctx.run_step > 2:  # want: PFX305
        return [t for t in tools if t.name != "search"]
    return tools
agent = Agent("anthropic:claude-sonnet-5", instructions="For e14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, prepare_tools=narrow)
