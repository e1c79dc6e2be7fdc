"""Tools are sorted after they were listed."""

from openai import OpenAI

client = OpenAI()


async def ask(sessions, messages: list[dict]):
    found = []
    for session in sessions:
        found.extend((await session.list_tools()).tools)
    tools = [
        {"type": "function", "function": {"name": t.name}}
        for t in sorted(found, key=lambda t: t.name)
    ]
    return client.chat.completions.create(model="gpt-5.1", tools=tools, messages=messages)
