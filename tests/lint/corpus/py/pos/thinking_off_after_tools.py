"""Thinking is switched off when the newest message is a tool's."""

import anthropic

client = anthropic.Anthropic()


def turn(system: list[dict], messages: list[dict], tools: list[dict]):
    thinking = (
        {"type": "disabled"}
        if messages[-1]["role"] == "tool"
        else {"type": "enabled", "budget_tokens": 4000}
    )  # want: PFX605
    return client.messages.create(
        model="claude-opus-4-8",
        max_tokens=900,
        system=system,
        messages=messages,
        tools=tools,
        thinking=thinking,
    )
