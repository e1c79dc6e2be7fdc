import json
from dataclasses import dataclass, field

from openai import OpenAI

client = OpenAI(base_url="http://sglang:30000/v1", api_key="none")


@dataclass
class Step:
    id: str
    tool: str
    body: dict
    result: str = ""


class Runs:
    def __init__(self):
        self.steps: dict[str, list[Step]] = {}

    def of(self, run: str) -> list[Step]:
        return self.steps.setdefault(run, [])


def turn(runs: Runs, system: str, run: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}]
    for step in runs.of(run):
        function = {"name": step.tool, "arguments": json.dumps(step.body, ensure_ascii=False)}  # want: PFX303
        messages.append({"role": "assistant", "content": None, "tool_calls": [{"id": step.id, "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": step.id, "content": step.result})
    message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    runs.of(run).append(Step(call.id, call.function.name, json.loads(call.function.arguments)))
    return message
