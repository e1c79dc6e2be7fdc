import anthropic

client = anthropic.Anthropic()


async def turn(system, tools, messages):
    model = "claude-sonnet-5" if len(messages) < 10 else "claude-opus-4-8"  # want: PFX606
    return await client.messages.create(model=model, max_tokens=900, system=system, tools=tools, messages=messages)
