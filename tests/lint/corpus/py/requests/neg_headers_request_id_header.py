import uuid

import anthropic

client = anthropic.Anthropic()


def send(system, messages):
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=900, system=system, messages=messages,
        extra_headers={"x-request-id": uuid.uuid4().hex, "anthropic-beta": "files-api-2025-04-14"})
