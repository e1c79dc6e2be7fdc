import anthropic

client = anthropic.Anthropic()


def add(a, b):
    return a + b


def mul(a, b):
    return a * b


TOOLS = {"add": add, "mul": mul}


def send(messages):
    system = f"You can call these: {TOOLS}. " + "Think first. " * 200  # want: PFX306
    return client.messages.create(model="claude-sonnet-5", max_tokens=500, system=system, messages=messages)
