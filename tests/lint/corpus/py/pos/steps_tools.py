"""Each phase of a plan gets the tools of that phase."""

from anthropic import Anthropic

client = Anthropic()
RULES = "Renovate a flat in phases. Say what comes next. " * 100
BY_PHASE = {
    "measure": [{"name": "tape", "input_schema": {"type": "object"}}],
    "buy": [{"name": "shop", "input_schema": {"type": "object"}}],
}


def run(messages: list[dict]):
    for phase in ("measure", "buy", "paint"):
        reply = client.messages.create(  # want: PFX305
            model="claude-sonnet-5",
            max_tokens=500,
            system=RULES,
            tools=BY_PHASE.get(phase, []),
            messages=messages,
        )
        messages.append({"role": "assistant", "content": reply.content})
