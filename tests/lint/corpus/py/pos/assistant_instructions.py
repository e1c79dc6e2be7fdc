"""Instructions of a run are made anew for each run."""
from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Plan tours through the old town. " * 80


def start(thread: str, assistant: str):
    return client.beta.threads.runs.create(
        thread_id=thread,
        assistant_id=assistant,
        instructions=f"Now {datetime.now():%H:%M}. {RULES}",  # want: PFX101
    )
