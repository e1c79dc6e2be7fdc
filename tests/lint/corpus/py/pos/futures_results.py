from concurrent.futures import ThreadPoolExecutor, as_completed

from openai import OpenAI

client = OpenAI()


def run_tools(calls, table) -> list[dict]:
    out = []
    with ThreadPoolExecutor(8) as pool:
        waiting = {pool.submit(table[c.function.name], c.function.arguments): c for c in calls}
        for future in as_completed(waiting):  # want: PFX307 PFX207 PFX301
            call = waiting[future]
            out.append({"role": "tool", "tool_call_id": call.id, "content": future.result()})
    return out


def loop(messages: list[dict], tools: list[dict], table: dict) -> str:
    while True:
        message = (
            client.chat.completions.create(model="gpt-5.1", messages=messages, tools=tools)
            .choices[0]
            .message
        )
        messages.append(message)
        if not message.tool_calls:
            return message.content
        messages.extend(run_tools(message.tool_calls, table))
