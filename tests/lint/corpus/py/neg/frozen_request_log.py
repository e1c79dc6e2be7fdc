"""Ids and times go to a log and into metadata, none of them into the prompt."""

import logging
import time
import uuid

from openai import OpenAI

client = OpenAI()
log = logging.getLogger(__name__)
RULES = "Name the parts of a flower. " * 90


def name_parts(history: list[dict], text: str) -> str:
    identity, started = uuid.uuid4().hex, time.monotonic()
    messages = [{"role": "system", "content": RULES}, *history, {"role": "user", "content": text}]
    reply = client.chat.completions.create(
        model="gpt-5.1", messages=messages, metadata={"request": identity}, user="garden"
    )
    log.info("%s took %.1f s", identity, time.monotonic() - started)
    return reply.choices[0].message.content
