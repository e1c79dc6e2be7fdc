"""Jobs come out of a queue one by one; each is one prompt behind the same rules."""
import queue
from openai import OpenAI

jobs: queue.Queue = queue.Queue()
client = OpenAI()
RULES = "Sort the letter. " * 200


def work():
    while True:
        letter = jobs.get()
        client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": RULES}, {"role": "user", "content": letter}]
        )
        jobs.task_done()
