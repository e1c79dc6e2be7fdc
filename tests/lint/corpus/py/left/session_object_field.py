from dataclasses import dataclass, field

from openai import OpenAI

client = OpenAI()
RULES = "You run an interview for a museum. Ask one question at a time. " * 80


@dataclass
class Interview:
    stage: str = "opening"
    answers: list[str] = field(default_factory=list)
    turns: list[dict] = field(default_factory=list)


def next_stage(interview: Interview) -> None:
    order = ["opening", "main", "closing"]
    interview.stage = order[min(order.index(interview.stage) + 1, 2)]  # want: PFX201


def reply(interview: Interview, words: str) -> str:
    interview.turns.append({"role": "user", "content": words})
    head = f"{RULES}\nWe are at the {interview.stage} stage."  # want: PFX201
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": head}, *interview.turns])
    text = r.choices[0].message.content
    interview.turns.append({"role": "assistant", "content": text})
    next_stage(interview)
    return text
