"""An index finds the tools for a question."""

from openai import OpenAI

client = OpenAI()


def ask(index, registry: dict, messages: list[dict], question: str):
    hits = index.search(question, top_k=5)  # want: PFX305
    tools = [registry[h.name] for h in hits]
    return client.chat.completions.create(model="gpt-5.1", tools=tools, messages=messages)
