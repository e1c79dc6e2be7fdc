"""The header by which requests are routed is drawn for each of them."""

from uuid import uuid4

from openai import OpenAI

client = OpenAI()
RULES = "Explain the rules of go. " * 90


def explain(history: list[dict], text: str):
    return client.responses.create(
        model="gpt-5.1",
        instructions=RULES,
        input=[*history, {"role": "user", "content": text}],
        extra_headers={"session_id": uuid4().hex},  # want: PFX607 PFX608
    )
