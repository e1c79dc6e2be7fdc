"""From the end of the history, as many messages as fit."""
from openai import OpenAI

client = OpenAI()
BUDGET = 6000


def fitting(history: list[dict]) -> list[dict]:
    kept: list[dict] = []
    total = 0
    for message in reversed(history):  # want: PFX207
        total += len(message["content"]) // 4
        if total > BUDGET:
            break
        kept.insert(0, message)
    return kept


def ask(system: dict, history: list[dict]):
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *fitting(history)])
