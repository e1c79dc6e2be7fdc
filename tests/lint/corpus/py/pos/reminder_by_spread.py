"""The newest message is sent with a reminder that is not stored."""

from openai import OpenAI

client = OpenAI()
NOTE = " (Answer in one sentence.)"


def with_note(history: list[dict]) -> list[dict]:
    return [
        *history[:-1],
        {**history[-1], "content": history[-1]["content"] + NOTE},
    ]  # want: PFX207 PFX209


def ask(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=with_note(history))
