"""A set that begins with one and is filled by a function of its module."""

from openai import OpenAI
client = OpenAI()
HEAD = "For g02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
_on: set[str] = {"calendar"}
def switch_on(name: str) -> None:
    _on.add(name)
def lines() -> str:
    return "\n".join("* " + name for name in _on)  # want: PFX301
def ask(history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD + lines()}, *history])
