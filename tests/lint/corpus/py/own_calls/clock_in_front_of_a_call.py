"""A clock stands in front of the rules; a call of the program follows the question."""

import json
from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask(question, catalogue):
    messages = [
        {"role": "system", "content": f"It is {datetime.now()}. " + RULES},  # want: PFX101 PFX201
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": catalogue},
    ]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
