"""A second question follows the answer to the first; what differs between the calls is no part of the prefix."""

from openai import OpenAI

client = OpenAI()
YARD = "You answer for a boatyard. Look up each mast and each berth before you name one. " * 60
SUM_UP = "Sum up what was said for the owner of the boat, berth by berth, in short sentences. " * 12


def _say(messages: list, **more):
    reply = client.chat.completions.create(model="gpt-5.1", messages=messages, **more)
    return reply.choices[0].message


def both(question: str) -> str:
    messages = [{"role": "system", "content": YARD}, {"role": "user", "content": question}]
    messages.append(_say(messages, max_tokens=200))
    messages.append({"role": "user", "content": SUM_UP})
    return _say(messages, max_tokens=800).content


def beside(question: str, tools: list[dict]) -> tuple:
    said = [{"role": "system", "content": YARD}, {"role": "user", "content": question}]
    name = [{"role": "system", "content": "Name it."}, {"role": "user", "content": question}]
    return _say(said, tools=tools), _say(name)
