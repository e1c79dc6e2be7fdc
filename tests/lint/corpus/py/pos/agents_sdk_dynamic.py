"""OpenAI Agents SDK with instructions that are a function."""
from datetime import datetime
from zoneinfo import ZoneInfo

from agents import Agent, RunContextWrapper, Runner

STATIC = "You arrange appointments for a dental practice. " * 100


def instructions(ctx: RunContextWrapper[dict], agent: Agent[dict]) -> str:
    now = datetime.now(ZoneInfo("Europe/Vienna"))  # want: PFX101 PFX201
    return f"Now: {now:%A %H:%M}\n{STATIC}"


receptionist = Agent[dict](name="receptionist", instructions=instructions, model="gpt-5.1")


async def book(text: str) -> str:
    result = await Runner.run(receptionist, text, context={})
    return result.final_output
