"""The options come from the configuration: one value for all calls."""

import anthropic

client = anthropic.Anthropic()


def ask(config, system: list[dict], messages: list[dict], tools: list[dict]):
    thinking = (
        {"type": "enabled", "budget_tokens": 4000} if config.thinking else {"type": "disabled"}
    )
    return client.messages.create(
        model=config.model,
        max_tokens=900,
        system=system,
        messages=messages,
        tools=tools,
        thinking=thinking,
    )
