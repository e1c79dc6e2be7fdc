"""Results are kept in the talk as the jobs end."""

from concurrent.futures import ThreadPoolExecutor, as_completed

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def step(messages, calls, tools):
    with ThreadPoolExecutor() as pool:
        jobs = {pool.submit(tools[c.function.name], c.function.arguments): c for c in calls}
        for job in as_completed(jobs):
            call = jobs[job]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": job.result()})  # want: PFX307 PFX207
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *messages])
