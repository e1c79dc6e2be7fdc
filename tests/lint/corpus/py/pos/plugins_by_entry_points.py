"""Plug-ins add texts in the order in which they are found."""
from importlib.metadata import entry_points

from anthropic import Anthropic


class Host:
    def __init__(self) -> None:
        self.hooks = [point.load() for point in entry_points(group="desk.sections")]  # want: PFX301

    def system(self) -> str:
        parts = ["You work at a help desk. " * 120]
        for hook in self.hooks:
            parts.append(hook.text)
        return "\n\n".join(parts)


def ask(host: Host, question: str):
    return Anthropic().messages.create(
        model="claude-sonnet-5", max_tokens=300, system=host.system(), messages=[{"role": "user", "content": question}]
    )
