"""An agent's backstory says when it was asked."""

from datetime import datetime

from crewai import Agent, Crew, Task

STORY = "You have studied bees for thirty years. " * 60


def crew(question: str) -> Crew:
    keeper = Agent(
        role="keeper",
        goal="Answer questions about bees",
        backstory=f"It is {datetime.now():%A, %H:%M}. {STORY}",  # want: PFX101 PFX201
    )
    return Crew(agents=[keeper], tasks=[Task(description=question, agent=keeper, expected_output="text")])
