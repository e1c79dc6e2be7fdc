from functools import partial

import anthropic

client = anthropic.Anthropic()
create = partial(client.messages.create, model="claude-sonnet-5", max_tokens=1000)


def beta_for(messages):
    return "interleaved-thinking-2025-05-14" if messages[-1]["role"] == "user" and len(messages) < 3 else ""


def step(system, tools, messages):
    beta = beta_for(messages)
    return create(system=system, tools=tools, messages=messages, extra_headers={"anthropic-beta": beta})  # want: PFX608 PFX605
