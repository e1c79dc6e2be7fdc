"""Sections in a table of functions, in an order that is a constant."""
from datetime import datetime
from openai import OpenAI

ORDER = ("situation", "rules")


class Prompt:
    def situation(self):
        return f"Shift: {datetime.now():%H:%M}"  # want: PFX101 PFX201

    def rules(self):
        return "Report every leak. " * 150

    def build(self):
        return "\n".join(getattr(self, name)() for name in ORDER)


def ask(text, history):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": Prompt().build()}, *history, {"role": "user", "content": text}],
    )
