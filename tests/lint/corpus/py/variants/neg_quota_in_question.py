"""What is left of the budget stands in the newest message."""

from openai import OpenAI

client = OpenAI()
TASK = "Plan the next step of the research, and stop when the budget is spent. " * 60


def step(budget, history, asked: str):
    newest = {"role": "user", "content": f"{asked}\n{budget.remaining} tokens are left."}
    messages = [{"role": "system", "content": TASK}, *history, newest]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
