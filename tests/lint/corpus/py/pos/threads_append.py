"""Threads append to one list."""
from concurrent.futures import ThreadPoolExecutor, as_completed

from openai import OpenAI

client = OpenAI()


def run_all(calls, execute, messages: list[dict]) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = {pool.submit(execute, call): call for call in calls}
        for future in as_completed(waiting):
            call = waiting[future]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": future.result()})  # want: PFX307 PFX207 PFX301


def loop(messages: list[dict], tools: list[dict], execute):
    while True:
        message = client.chat.completions.create(model="gpt-5.1", messages=messages, tools=tools).choices[0].message
        messages.append(message.model_dump())
        if not message.tool_calls:
            return message.content
        run_all(message.tool_calls, execute, messages)
