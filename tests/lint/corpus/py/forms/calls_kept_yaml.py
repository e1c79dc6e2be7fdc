import json
import yaml
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="http://sglang:30000/v1", api_key="none")

HELD = Path('journal.yaml')


def turn(system: str, run: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}]
    for step in yaml.safe_load(HELD.read_text()):
        function = {"name": step['tool'], "arguments": json.dumps(step['with'])}  # want: PFX303
        messages.append({"role": "assistant", "content": None, "tool_calls": [{"id": step['id'], "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": step['id'], "content": step['result']})
    message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    with HELD.open('a') as file:
        yaml.safe_dump([{'tool': call.function.name, 'with': json.loads(call.function.arguments), 'id': call.id, 'result': ''}], file)
    return message
