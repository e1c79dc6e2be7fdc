"""The newest message becomes a list of blocks, and a string again one turn later."""

import copy

from openai import OpenAI

client = OpenAI()


def marked(history: list[dict]) -> list[dict]:
    sent = copy.deepcopy(history)
    sent[-1]["content"] = [
        {"type": "text", "text": sent[-1]["content"], "cache_control": {"type": "ephemeral"}}
    ]  # want: PFX207 PFX210
    return sent


def ask(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    return client.chat.completions.create(
        model="anthropic/claude-sonnet-5", messages=marked(history)
    )
