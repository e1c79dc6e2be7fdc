import anthropic

client = anthropic.Anthropic()


def work(task: str, tools: list[dict]) -> list[dict]:
    messages = [{"role": "user", "content": task}]
    for step in range(12):
        choice = {"type": "any"} if step == 0 else {"type": "auto"}  # want: PFX605
        reply = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=2000,
            system="You repair bicycles. " * 80,
            tools=tools,
            tool_choice=choice,
            messages=messages,
        )
        messages.append({"role": "assistant", "content": reply.content})
        if reply.stop_reason != "tool_use":
            break
        messages.append({"role": "user", "content": [{"type": "tool_result", "content": "done"}]})
    return messages
