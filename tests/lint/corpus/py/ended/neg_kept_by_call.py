"""Results are kept by the id of their call, and put in the order of the calls."""

from concurrent.futures import ThreadPoolExecutor, as_completed

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def step(messages, calls, tools):
    found = {}
    with ThreadPoolExecutor() as pool:
        jobs = {pool.submit(tools[c.function.name], c.function.arguments): c.id for c in calls}
        for job in as_completed(jobs):
            found[jobs[job]] = job.result()
    for call in calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": found[call.id]})
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *messages])
