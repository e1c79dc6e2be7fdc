import logging

from openai import OpenAI

log = logging.getLogger(__name__)
client = OpenAI()


def describe(messages: list[dict]) -> str:
    return " | ".join(m["content"][:40] for m in messages[-3:])


def ask(messages: list[dict]) -> str:
    log.info("last messages: %s", describe(messages))
    return (
        client.chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
