from anthropic import Anthropic

client = Anthropic()
SYSTEM = [{"type": "text", "text": "You mend code. Read first. Run the tests. " * 80, "cache_control": {"type": "ephemeral"}}]


def step(messages, tools):
    tail = messages[-1]["content"]
    follows_tool = isinstance(tail, list) and tail and tail[0].get("type") == "tool_result"
    extra = {} if follows_tool else {"thinking": {"type": "enabled", "budget_tokens": 4000}}  # want: PFX605
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=8000, system=SYSTEM, tools=tools, messages=messages, **extra)
