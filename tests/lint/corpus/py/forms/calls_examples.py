import json
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="http://vllm:8000/v1", api_key="none")
EXAMPLES = json.loads((Path(__file__).parent / "examples.json").read_text())


def shown() -> list[dict]:
    messages = []
    for number, each in enumerate(EXAMPLES):
        function = {"name": each["tool"], "arguments": json.dumps(each["call"])}
        messages += [
            {"role": "user", "content": each["question"]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": f"ex{number}", "type": "function", "function": function}]},
            {"role": "tool", "tool_call_id": f"ex{number}", "content": each["result"]},
        ]
    return messages


def ask(system: str, question: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}, *shown(), {"role": "user", "content": question}]
    return client.chat.completions.create(model="default", messages=messages, tools=tools)
