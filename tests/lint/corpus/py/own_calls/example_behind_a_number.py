"""A number stands in front of the rules and of an example with a call: nothing of them is an answer to it."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask_all(questions):
    for number, question in enumerate(questions):
        messages = [
            {"role": "system", "content": f"Question {number}. " + RULES},  # want: PFX201
            {"role": "user", "content": "Which book is on shelf 3?"},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "x", "type": "function", "function": {"name": "read", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "x", "content": "Hamlet"},
            {"role": "user", "content": question},
        ]
        client.chat.completions.create(model="gpt-5.1", messages=messages)
