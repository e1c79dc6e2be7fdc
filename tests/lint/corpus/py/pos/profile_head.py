from dataclasses import dataclass

from openai import OpenAI

GUIDE = "Explain each term once. Prefer short sentences. Ask one question at a time. " * 20


@dataclass
class Learner:
    name: str
    level: str


def lesson(client: OpenAI, learner: Learner, history: list[dict]) -> str:
    head = "You teach {name}, who is at level {level}.\n".format(  # want: PFX104 PFX201  # noqa: UP032
        name=learner.name, level=learner.level
    )
    messages = [{"role": "system", "content": head + GUIDE}]
    messages.extend(history)
    return (
        client.chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
