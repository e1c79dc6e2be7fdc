from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()


def run_tools(calls, table) -> list[dict]:
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(table[c.function.name], c.function.arguments) for c in calls]
    return [
        {"role": "tool", "tool_call_id": c.id, "content": f.result()}
        for c, f in zip(calls, waiting, strict=True)
    ]


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
