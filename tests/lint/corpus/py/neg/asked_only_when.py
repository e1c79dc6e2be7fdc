"""What was said last decides whether the model is asked, and which settings are read, not what it reads."""

from openai import OpenAI

client = OpenAI()
HEAD = "You advise on bicycles. " + "Name the size of each part. " * 30


def chosen(messages, settings):
    last = messages[-1]
    if last["role"] != "user":
        return settings.quiet
    if len(messages) == 1:
        return settings.first
    return settings.usual


def turn(messages, settings):
    head = HEAD
    if messages[-1]["role"] == "assistant":
        return None
    limit = chosen(messages, settings)
    if messages[-1]["kind"] != "code":
        wire = [{"role": "system", "content": head}, *messages]
        return client.chat.completions.create(model="gpt-5.1", messages=wire, max_tokens=limit)
    return None
