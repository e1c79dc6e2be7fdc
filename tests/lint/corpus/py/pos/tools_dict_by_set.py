"""Enabled tools are names in a set; their specifications are looked up in its order."""
from openai import OpenAI

REGISTRY = {"search": {"name": "search"}, "book": {"name": "book"}, "pay": {"name": "pay"}}


class Session:
    def __init__(self, granted: list[str]) -> None:
        self.enabled = set(granted) & set(REGISTRY)

    def specs(self) -> list[dict]:
        return [{"type": "function", "function": REGISTRY[name]} for name in self.enabled]  # want: PFX304 PFX301


def ask(session: Session, messages: list[dict]):
    return OpenAI().chat.completions.create(model="gpt-5.1", messages=messages, tools=session.specs())
