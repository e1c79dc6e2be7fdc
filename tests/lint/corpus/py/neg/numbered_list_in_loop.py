"""A list that a loop fills, numbered once it is whole, and sent once."""

from openai import OpenAI

client = OpenAI()
RULES = "Sum up the minutes of a meeting for those who were not there. " * 80


def sum_up(meetings: list[str]) -> str:
    told: list[dict] = []
    for text in meetings:
        told.append({"role": "user", "content": text})
    last = len(told) - 1
    sent = [{**m, "content": f"The newest:\n{m['content']}"} if n == last else m for n, m in enumerate(told)]
    messages = [{"role": "system", "content": RULES}, *sent]
    return client.chat.completions.create(model="gpt-5.1", messages=messages).choices[0].message.content
