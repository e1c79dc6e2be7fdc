import json
from pymongo import MongoClient

from openai import OpenAI

client = OpenAI(base_url="http://sglang:30000/v1", api_key="none")

steps = MongoClient().agent.steps


def turn(system: str, run: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}]
    for step in steps.find({'run': run}).sort('seq'):
        function = {"name": step['tool'], "arguments": json.dumps(step['data'], separators=(',', ':'))}  # want: PFX303
        messages.append({"role": "assistant", "content": None, "tool_calls": [{"id": step['id'], "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": step['id'], "content": step['result']})
    message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    steps.insert_one({'run': run, 'tool': call.function.name, 'data': json.loads(call.function.arguments), 'id': call.id, 'result': ''})
    return message
