from dataclasses import dataclass

from openai import OpenAI

GUIDE = "Explain each term once. Prefer short sentences. Ask one question at a time. " * 20


@dataclass
class Learner:
    name: str
    level: str


def lesson(client: OpenAI, learner: Learner, question: str) -> str:
    tail = f"I am {learner.name}, at level {learner.level}. {question}"
    messages = [{"role": "system", "content": GUIDE}, {"role": "user", "content": tail}]
    return (
        client.chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
