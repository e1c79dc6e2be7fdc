"""An agent of a crew with a clock in its backstory."""
from datetime import datetime
from crewai import Agent, Task

RULES = "You write the news of a village. " * 120


def reporter():
    return Agent(role="reporter", goal="report", backstory=f"At {datetime.now():%H:%M}, {RULES}")  # want: PFX101 PFX201
