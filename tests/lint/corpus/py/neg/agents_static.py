"""OpenAI Agents SDK: constant instructions, a tool for the time."""
from datetime import datetime

from agents import Agent, Runner, SQLiteSession, function_tool


@function_tool
def current_time() -> str:
    """The time now."""
    return datetime.now().isoformat()


desk = Agent(
    name="desk",
    instructions="You arrange appointments for a dental practice. " * 100,
    tools=[current_time],
    model="gpt-5.1",
)


async def book(patient: str, text: str) -> str:
    result = await Runner.run(desk, text, session=SQLiteSession(patient))
    return result.final_output
