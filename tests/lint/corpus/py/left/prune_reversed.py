import anthropic

client = anthropic.Anthropic()
RULES = "Mend the bug. Run the tests. " * 150


def smaller(messages: list[dict]) -> list[dict]:
    seen = 0
    out = []
    for message in reversed(messages):
        if message["role"] == "user" and isinstance(message["content"], list):
            seen += 1
            if seen > 4:
                message = {**message, "content": [{**b, "content": "(gone)"} for b in message["content"]]}  # want: PFX207
        out.insert(0, message)
    return out


def solve(messages: list[dict], tools: list[dict]):
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=4000, tools=tools, system=RULES, messages=smaller(messages))
