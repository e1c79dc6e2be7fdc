"""A list that grows in a loop is a history, too: what stands far from its end is sent otherwise each time."""

from openai import OpenAI

client = OpenAI()
RULES = "Find the leak. Read the plan of a floor before you name a pipe of it. " * 80


def thinned(messages):
    made = []
    for n, message in enumerate(messages):
        if message["role"] == "tool" and n < len(messages) - 8:
            message = {**message, "content": "(seen before)"}  # want: PFX207
        made.append(message)
    return made


def find(complaint: str, tools, plans) -> str:
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": complaint}]
    for _ in range(30):
        reply = client.chat.completions.create(model="gpt-5.1", tools=tools, messages=thinned(messages))
        said = reply.choices[0].message
        messages.append(said)
        if not said.tool_calls:
            return said.content
        for call in said.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": plans(call)})
    return ""
