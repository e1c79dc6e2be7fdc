"""A beta header is sent on some turns alone."""

import anthropic

client = anthropic.Anthropic()


def loop(system: list[dict], messages: list[dict], tools: list[dict]):
    for step in range(20):
        headers = {"anthropic-beta": "context-1m" if step > 3 else "tools-2"}  # want: PFX608 PFX605
        reply = client.messages.create(
            model="claude-opus-4-8",
            max_tokens=500,
            system=system,
            messages=messages,
            tools=tools,
            extra_headers=headers,
        )
        messages.append({"role": "assistant", "content": reply.content})
    return messages
