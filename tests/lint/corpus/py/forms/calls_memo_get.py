import hashlib
import json
import logging

from openai import OpenAI

client = OpenAI(base_url="http://vllm:8000/v1", api_key="none")
log = logging.getLogger("calls")

MEMO: dict[str, str] = {}


def perform(tools_by_name, call) -> str:
    given = json.loads(call.function.arguments)
    spelled = json.dumps([call.function.name, given], sort_keys=True)
    found = MEMO.get(spelled)
    if found is None:
        found = tools_by_name[call.function.name](**given)
        MEMO[spelled] = found
    return found


def converse(by_name, messages: list[dict], tools: list[dict]) -> str:
    for _ in range(20):
        message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": perform(by_name, call)})
    raise RuntimeError("too many rounds")
