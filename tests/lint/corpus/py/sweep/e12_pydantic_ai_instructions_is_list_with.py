"""Pydantic-ai: instructions is list with function."""

from datetime import datetime
from pydantic_ai import Agent
GUIDE = "For e12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def clock() -> str:
    return f"Time: {datetime.now():%H:%M:%S}"  # want: PFX101
agent = Agent("anthropic:claude-sonnet-5", instructions=[clock, GUIDE])
