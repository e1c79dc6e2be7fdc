"""The program opens the catalogue itself, behind the question, and then says how to answer."""

import json

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask(question, catalogue):
    messages = [
        {"role": "system", "content": RULES},
        {"role": "user", "content": question},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_catalogue",
                    "type": "function",
                    "function": {"name": "read_catalogue", "arguments": json.dumps({"all": True})},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_catalogue", "content": catalogue},
        {"role": "user", "content": "Now answer with what the catalogue says, and name the shelf of each book."},
    ]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
