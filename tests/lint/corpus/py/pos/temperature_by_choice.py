"""Tool choice is forced in the first round only."""

from anthropic import Anthropic

client = Anthropic()
SYSTEM = "Look things up before you speak. Say where it was found. " * 90


def loop(tools, question):
    messages = [{"role": "user", "content": question}]
    first = True
    while True:
        reply = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=900,
            system=SYSTEM,
            tools=tools,
            tool_choice={"type": "any"} if first else {"type": "auto"},  # want: PFX605
            messages=messages,
        )
        first = False  # want: PFX605
        messages.append({"role": "assistant", "content": reply.content})
        if reply.stop_reason != "tool_use":
            return reply
        messages.append({"role": "user", "content": run_tools(reply)})


def run_tools(reply):
    return [{"type": "tool_result", "tool_use_id": b.id, "content": "ok"} for b in reply.content]
