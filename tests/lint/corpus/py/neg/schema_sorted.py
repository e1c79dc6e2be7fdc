"""A schema that comes with a request is written in one form."""

import json

from openai import OpenAI

client = OpenAI()
RULES = "Take the fields out of the letter. Never guess a field. " * 40


def extract(job, letter: str):
    system = f"{RULES}\nSchema:\n{json.dumps(job.output_schema, sort_keys=True)}"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": letter}]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
