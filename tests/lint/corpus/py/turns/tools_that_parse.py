"""Tools whose schema can't be read are left out: the same ones each time."""

import json

import anthropic

client = anthropic.Anthropic()


def is_read(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def turn(rules: str, schemas: list[str], said: list[dict], text: str):
    said.append({"role": "user", "content": text})
    tools = [json.loads(schema) for schema in schemas if is_read(schema)]
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=800, system=rules, tools=tools, messages=said
    )
