from .skills import listing
import anthropic

client = anthropic.Anthropic()


def ask(messages):
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=400, system=listing() + "\n" + "Stay calm. " * 300, messages=messages)
