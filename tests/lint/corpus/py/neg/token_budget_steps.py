import tiktoken
from openai import OpenAI

enc = tiktoken.get_encoding("o200k_base")
client = OpenAI()
HIGH = 12_000
LOW = 6_000


def size(messages: list[dict]) -> int:
    return sum(len(enc.encode(m["content"])) for m in messages)


def fit(messages: list[dict]) -> None:
    if size(messages) < HIGH:
        return
    while size(messages) > LOW:
        messages.pop(1)


def chat(messages: list[dict]) -> str:
    fit(messages)
    return (
        client.chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
