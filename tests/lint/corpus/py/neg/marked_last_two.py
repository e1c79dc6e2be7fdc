import anthropic

client = anthropic.Anthropic()
RULES = "Answer from the papers alone, and say which. " * 200


def with_marks(history):
    users = [i for i, m in enumerate(history) if m["role"] == "user"][-2:]
    out = []
    for i, m in enumerate(history):
        block = {"type": "text", "text": m["text"]}
        if i in users:
            block["cache_control"] = {"type": "ephemeral"}
        out.append({"role": m["role"], "content": [block]})
    return out


def ask(history):
    return client.messages.create(model="claude-sonnet-5", max_tokens=500, system=RULES, messages=with_marks(history))
