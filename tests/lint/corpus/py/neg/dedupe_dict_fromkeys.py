"""Doubles are taken out by a dictionary, which keeps the order."""

from anthropic import Anthropic

client = Anthropic()
RULES = "Write the menu of the week. Name what is in each dish. " * 90
TAGS = ["soup", "fish", "soup", "bread"]


def system() -> str:
    seen = set()
    unique = []
    for tag in TAGS:
        if tag not in seen:
            seen.add(tag)
            unique.append(tag)
    return RULES + ", ".join(dict.fromkeys(unique))


def menu(wish: str):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=500,
        system=system(),
        messages=[{"role": "user", "content": wish}],
    )
