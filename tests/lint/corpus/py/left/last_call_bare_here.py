"""When the rounds are used up the model is asked once more, without the tools that stood in front of all."""

from openai import OpenAI

client = OpenAI()
YARD = "You answer for a boatyard. Look up each mast and each berth before you name one. " * 60


def repair(text: str, tools: list[dict], run) -> str:
    messages = [{"role": "system", "content": YARD}, {"role": "user", "content": text}]
    for _ in range(6):
        reply = client.chat.completions.create(model="gpt-5.1", messages=messages, tools=tools)
        message = reply.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": run(call)})
    last = client.chat.completions.create(model="gpt-5.1", messages=messages)  # want: PFX305 PFX212
    return last.choices[0].message.content
