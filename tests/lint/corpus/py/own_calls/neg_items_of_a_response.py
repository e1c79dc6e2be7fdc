"""The same as items of a response."""

import json

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask_all(questions, search):
    for number, question in enumerate(questions):
        items = [
            {"role": "user", "content": f"{number}. {question}"},
            {"type": "function_call", "call_id": "c", "name": "search", "arguments": json.dumps({"scope": "all the shelves of the house", "limit": 5})},
            {"type": "function_call_output", "call_id": "c", "output": search(question)},
            {"role": "user", "content": "Answer from what was found alone, and name the place of each book that you name."},
        ]
        client.responses.create(model="gpt-5.1", instructions=RULES, input=items)
