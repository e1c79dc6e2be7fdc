"""The last round goes without tools."""
import litellm


async def work(messages: list[dict], tools: list[dict], run, most: int = 8):
    for number in range(most):
        options = {"tools": tools} if number < most - 1 else {}  # want: PFX305 PFX605
        reply = await litellm.acompletion(model="anthropic/claude-sonnet-5", messages=messages, **options)
        message = reply.choices[0].message
        messages.append(message.model_dump())
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": await run(call)})
