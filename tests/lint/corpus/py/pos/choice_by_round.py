"""The first round must use a tool, later ones may."""
import anthropic

client = anthropic.Anthropic()


def solve(task: str, tools: list[dict], run) -> str:
    messages = [{"role": "user", "content": task}]
    for step in range(10):
        reply = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=1000,
            system=[{"type": "text", "text": "Solve it step by step. " * 200, "cache_control": {"type": "ephemeral"}}],
            tools=tools,
            tool_choice={"type": "any"} if step == 0 else {"type": "auto"},  # want: PFX605
            messages=messages,
        )
        messages.append({"role": "assistant", "content": reply.content})
        uses = [b for b in reply.content if b.type == "tool_use"]
        if not uses:
            return reply.content[-1].text
        messages.append(
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": u.id, "content": run(u)} for u in uses]}
        )
    return ""
