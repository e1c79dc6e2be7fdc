"""Openai agents sdk dynamic instructions."""

from datetime import datetime
from agents import Agent, RunContextWrapper, Runner
def instructions(ctx: RunContextWrapper, agent: Agent) -> str:
    return f"Time: {datetime.now().isoformat()}\n" + GUIDE  # want: PFX101
GUIDE = "For b12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
agent = Agent(name="Clerk", instructions=instructions, model="gpt-5.1")
async def go(q): return await Runner.run(agent, q)
