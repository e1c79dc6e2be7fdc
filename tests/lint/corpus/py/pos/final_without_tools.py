from openai import OpenAI

client = OpenAI()


def agent(messages: list[dict], tools: list[dict], limit: int = 8) -> str:
    for step in range(limit):
        last = step == limit - 1  # want: PFX305
        reply = client.chat.completions.create(
            model="gpt-5.1",
            messages=messages,
            tools=[] if last else tools,
        )
        message = reply.choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "ok"})
    return ""
