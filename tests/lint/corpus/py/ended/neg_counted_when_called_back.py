"""A callback counts what has ended; results are taken in the order of the calls."""

from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def step(messages, calls, tools):
    ended = []
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(tools[c.function.name], c.function.arguments) for c in calls]
        for job in jobs:
            job.add_done_callback(lambda each: ended.append(1))
    for call, job in zip(calls, jobs):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": job.result()})
    print(len(ended))
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *messages])
