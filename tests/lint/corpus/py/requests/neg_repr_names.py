import anthropic

client = anthropic.Anthropic()


def add(a, b):
    """Add."""
    return a + b


TOOLS = {"add": add}


def send(messages):
    listed = "\n".join(f"{name}: {fn.__name__} {fn.__doc__}" for name, fn in TOOLS.items())
    kinds = f"{int}, {dict}, {', '.join(TOOLS)}"
    system = f"You can call these:\n{listed}\n{kinds}. " + "Think first. " * 200
    return client.messages.create(model="claude-sonnet-5", max_tokens=500, system=system, messages=messages)
