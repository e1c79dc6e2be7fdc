"""Old tool results are emptied before each call."""

from openai import OpenAI

client = OpenAI()


def pruned(messages: list[dict], keep: int = 4) -> list[dict]:
    out = []
    for i, m in enumerate(messages):
        if m["role"] == "tool" and i < len(messages) - keep:
            out.append({**m, "content": "[removed]"})  # want: PFX207
        else:
            out.append(m)
    return out


def turn(messages: list[dict], text: str):
    messages.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=pruned(messages))
