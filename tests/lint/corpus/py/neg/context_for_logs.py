"""A context variable with an id, for log lines alone."""

import contextvars
import logging
import uuid

from openai import OpenAI

current = contextvars.ContextVar("current", default="")
RULES = "Explain road signs. " * 200


def explain(sign: str):
    current.set(uuid.uuid4().hex)
    logging.info("request %s", current.get())
    return OpenAI().responses.create(model="gpt-5.1", instructions=RULES, input=sign)
