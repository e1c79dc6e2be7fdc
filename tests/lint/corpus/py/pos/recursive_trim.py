"""The history is cut from its head until it fits."""

from openai import OpenAI

client = OpenAI()
SYSTEM = {"role": "system", "content": "Plan a garden bed by bed. " * 150}


def size(messages):
    return sum(len(m["content"]) // 4 for m in messages)


def fit(messages, limit):
    if size(messages) <= limit:
        return messages
    return fit(messages[1:], limit)  # want: PFX207


def reply(history, text):
    history.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=[SYSTEM, *fit(history, 8000)])
