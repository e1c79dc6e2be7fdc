"""Instructions are a function that runs for each request."""

from datetime import datetime

from agents import Agent

RULES = "Help with the accounts of a club. " * 80


def instructions(context, agent) -> str:
    return f"It is {datetime.now():%A, %H:%M}.\n{RULES}"  # want: PFX101


treasurer = Agent(name="treasurer", instructions=instructions, model="gpt-5.1")
