"""Results gathered from the history, all but the newest emptied."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For g03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def results(messages):
    for m in messages:
        for block in m["content"] if isinstance(m["content"], list) else ():
            if block["type"] == "tool_result":
                yield block
def step(messages, tools):
    for old in list(results(messages))[:-2]:
        old["content"] = "gone"  # want: PFX207
    return client.messages.create(model="claude-sonnet-5", max_tokens=900, system=HEAD, tools=tools, messages=messages)
