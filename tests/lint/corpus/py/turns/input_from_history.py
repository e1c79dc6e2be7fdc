"""A history as the input of the Responses API, written out item by item in one loop."""

from openai import OpenAI

client = OpenAI()
HEAD = "You find flights. Look before you answer. Name carrier, hours and changes. " * 30


def items_of(history: list[dict]) -> list[dict]:
    items: list[dict] = []
    for number, message in enumerate(history):
        if message.get("calls"):
            for call in message["calls"]:
                key = call.get("id") or f"call_{number}"
                items.append({"type": "function_call", "call_id": key, "arguments": call["raw"]})
                items.append({"type": "function_call_output", "call_id": key, "output": call["out"]})
        else:
            items.append({"role": message["role"], "content": message["content"]})
    return items


def go_on(history: list[dict], question: str):
    history.append({"role": "user", "content": question})
    r = client.responses.create(model="gpt-5.2", instructions=HEAD, input=items_of(history))
    history.append({"role": "assistant", "content": r.output_text})
    return r
