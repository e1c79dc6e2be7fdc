import json

from openai import OpenAI

client = OpenAI(base_url="http://sglang:30000/v1", api_key="none")



def turn(steps: list[tuple], system: str, run: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}]
    for step in steps:
        function = {"name": step[1], "arguments": json.dumps(step[2])}  # want: PFX303
        messages.append({"role": "assistant", "content": None, "tool_calls": [{"id": step[0], "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": step[0], "content": step[3]})
    message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    steps.append((call.id, call.function.name, json.loads(call.function.arguments), ''))
    return message
