"""Old outputs are emptied while the talk is gone through from its end."""

import anthropic

client = anthropic.Anthropic()
RULES = "Mend what fails. Run it again. " * 150


def lighter(said: list[dict]) -> list[dict]:
    left = 3
    out = []
    for turn in reversed(said):
        if isinstance(turn["content"], list):
            if left <= 0:
                turn = {**turn, "content": [{**b, "content": "[gone]"} for b in turn["content"]]}  # want: PFX207
            left -= 1
        out.append(turn)
    return out[::-1]


def mend(said: list[dict], tools: list[dict]):
    return client.messages.create(
        model="claude-sonnet-4-5", max_tokens=4000, tools=tools, system=RULES, messages=lighter(said)
    )
