"""Tools are chosen by the question."""

from openai import OpenAI

client = OpenAI()
REGISTRY = [
    {"type": "function", "function": {"name": n, "description": f"{n} in the workshop"}}
    for n in ("weld", "saw", "drill", "paint", "measure")
]


def relevant(tool: dict, question: str) -> bool:
    return any(w in question for w in tool["function"]["description"].split())


def ask(messages: list[dict], question: str):
    tools = [t for t in REGISTRY if relevant(t, question)]  # want: PFX305
    return client.chat.completions.create(
        model="gpt-5.1", tools=tools, messages=[*messages, {"role": "user", "content": question}]
    )
