"""A callback of each job keeps its result in the talk."""

from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def step(messages, calls, tools):
    def done(call, job):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": job.result()})  # want: PFX307 PFX207

    with ThreadPoolExecutor() as pool:
        for call in calls:
            job = pool.submit(tools[call.function.name], call.function.arguments)
            job.add_done_callback(lambda each, call=call: done(call, each))
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *messages])
