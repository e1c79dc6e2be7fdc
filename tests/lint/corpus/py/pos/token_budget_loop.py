import tiktoken
from openai import OpenAI

enc = tiktoken.get_encoding("o200k_base")
client = OpenAI()
MAX = 8_000


def fit(messages: list[dict]) -> list[dict]:
    while sum(len(enc.encode(m["content"])) for m in messages) > MAX:
        messages.pop(1)  # want: PFX207
    return messages


def chat(messages: list[dict]) -> str:
    return (
        client.chat.completions.create(model="gpt-5.1", messages=fit(messages))
        .choices[0]
        .message.content
    )
