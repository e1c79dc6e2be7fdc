"""Calls of the stored history get an id where they have none."""
from uuid import uuid4

from openai import OpenAI

client = OpenAI()


def as_message(row) -> dict:
    if row.kind == "call":
        return {
            "role": "assistant",
            "tool_calls": [
                {"id": row.call_id or f"call_{uuid4().hex[:12]}", "type": "function", "function": row.function}  # want: PFX102 PFX207
            ],
        }
    return {"role": row.kind, "content": row.text}


def ask(rows, text: str):
    messages = [{"role": "system", "content": "Be brief. " * 300}, *map(as_message, rows)]
    return client.chat.completions.create(model="gpt-5.1", messages=[*messages, {"role": "user", "content": text}])
