import json
import uuid

from openai import OpenAI

client = OpenAI()
RULES = "You lend tools of a workshop. Read the number of the slip out. " * 90


def lend(tool: str, days: int) -> dict:
    return {"slip": uuid.uuid4().hex[:6], "tool": tool, "for how many days it is lent to the person who asked": days}


def serve(messages: list[dict]):
    while True:
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": RULES}, *messages])
        reply = r.choices[0].message
        messages.append(reply.model_dump(exclude_none=True))
        if not reply.tool_calls:
            return reply.content
        for call in reply.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(lend(**json.loads(call.function.arguments)))})
