"""Thinking off on tool continuation."""

import anthropic
client = anthropic.Anthropic()
SYSTEM = "For b26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def step(messages, tools):
    is_result = messages[-1]["role"] == "user" and isinstance(messages[-1]["content"], list)
    thinking = {"type": "disabled"} if is_result else {"type": "enabled", "budget_tokens": 4000}  # want: PFX605
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=9000, system=SYSTEM, tools=tools, messages=messages, thinking=thinking)
