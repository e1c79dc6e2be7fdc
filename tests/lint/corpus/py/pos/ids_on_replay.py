import uuid

from openai import OpenAI


def to_wire(stored: list[dict]) -> list[dict]:
    wire = []
    for entry in stored:
        if entry["kind"] == "tool":
            call_id = entry.get("call_id") or f"call_{uuid.uuid4().hex[:12]}"  # want: PFX102 PFX207
            wire.append({"role": "tool", "tool_call_id": call_id, "content": entry["text"]})
        else:
            wire.append({"role": entry["kind"], "content": entry["text"]})
    return wire


def send(stored: list[dict]) -> str:
    reply = OpenAI().chat.completions.create(model="gpt-5.1", messages=to_wire(stored))
    return reply.choices[0].message.content
