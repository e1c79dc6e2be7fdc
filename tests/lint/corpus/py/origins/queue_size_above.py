"""A counter of a broker above the guide."""
from openai import OpenAI

client = OpenAI()
GUIDE = "Take the order. Read it back. Name the price with the deposit. " * 80


def ask(jobs, messages: list[dict]):
    head = f"Open orders: {jobs.qsize()}\n\n{GUIDE}"  # want: PFX201
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": head}, *messages])
