"""Stored calls are replayed with their arguments parsed and dumped again."""
import json

from openai import OpenAI

client = OpenAI(base_url="http://localhost:30000/v1", api_key="none")


def canonical(call) -> dict:
    arguments = json.loads(call.function.arguments)
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.function.name, "arguments": json.dumps(arguments, sort_keys=True)},  # want: PFX303
    }


def loop(messages: list[dict], tools: list[dict], execute):
    while True:
        choice = client.chat.completions.create(model="qwen3-32b", messages=messages, tools=tools).choices[0]
        if choice.finish_reason != "tool_calls":
            return choice.message.content
        calls = [canonical(call) for call in choice.message.tool_calls]
        messages.append({"role": "assistant", "content": choice.message.content, "tool_calls": calls})
        messages += [{"role": "tool", "tool_call_id": c["id"], "content": execute(c)} for c in calls]
