"""Files that the program only reads."""
from importlib import resources
from pathlib import Path

from anthropic import Anthropic

HERE = Path(__file__).parent


def load(name: str) -> str:
    return (HERE / "prompts" / f"{name}.md").read_text(encoding="utf-8")


def policy() -> str:
    return resources.files("desk").joinpath("policy.txt").read_text()


def ask(question: str):
    return Anthropic().messages.create(
        model="claude-sonnet-5",
        max_tokens=400,
        system=[{"type": "text", "text": load("desk") + policy(), "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": question}],
    )
