"""Calls that came without an id get one by the clock, at each translation."""

import time

from openai import OpenAI

client = OpenAI()
RULES = "Act for a library. " * 90


def as_messages(turns: list[dict]) -> list[dict]:
    found = []
    for turn in turns:
        if turn["kind"] == "call":
            identity = turn.get("id") or f"call_{time.time_ns()}"  # want: PFX101 PFX102 PFX207
            found.append(
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": identity,
                            "type": "function",
                            "function": {"name": turn["name"], "arguments": turn["arguments"]},
                        }
                    ],
                }
            )
        else:
            found.append({"role": turn["role"], "content": turn["text"]})
    return found


def ask(turns: list[dict]):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, *as_messages(turns)],
    )
