import anthropic

client = anthropic.Anthropic()
RULES = "You search a code base for one mistake. " * 90


def hunt(task: str, tools: list[dict], run) -> str:
    findings = []
    messages = [{"role": "user", "content": task}]
    while True:
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=2000, tools=tools,
            system=RULES + "\n\nFindings:\n" + "\n".join(findings), messages=messages,
        )
        messages.append({"role": "assistant", "content": reply.content})
        if reply.stop_reason != "tool_use":
            return reply.content[0].text
        results = run(reply.content)
        findings.extend(r.note for r in results)  # want: PFX201
        messages.append({"role": "user", "content": [r.block for r in results]})
