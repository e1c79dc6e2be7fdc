"""The question stands in front of the rules, in the message that a call of the program follows."""

import json

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask_all(questions, shelf):
    for number, question in enumerate(questions):
        call = {"id": "call_shelf", "type": "function", "function": {"name": "read_shelf", "arguments": "{}"}}
        messages = [
            {"role": "user", "content": f"Question {number}: {question}\n{RULES}"},  # want: PFX201
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_shelf", "content": shelf.read()},
        ]
        client.chat.completions.create(model="gpt-5.1", messages=messages)
