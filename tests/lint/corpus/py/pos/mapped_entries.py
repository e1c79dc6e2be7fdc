"""Entries of a catalogue, one behind the other."""

import anthropic

client = anthropic.Anthropic()
HOUSE = (
    "You describe paintings for the catalogue of a museum. Say what is seen first, then how it is made. "
    "No guesses at what the painter felt. At most ninety words. "
) * 40


def block(words: str) -> dict:
    return {"type": "text", "text": words}


def marked(blocks: list[dict]) -> list[dict]:
    *first, last = blocks
    return [*first, {**last, "cache_control": {"type": "ephemeral"}}]


def card(painting: dict) -> str:
    return "\n".join(f"{key}: {painting[key]}" for key in ("title", "year", "technique", "size"))


def entry(painting: dict) -> str:
    answer = client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=marked([block(HOUSE), block(card(painting))]),
        messages=[{"role": "user", "content": "Write the entry."}],
    )
    return answer.content[0].text


def catalogue(room: list[dict]) -> str:
    return "\n\n".join(map(entry, room))  # want: PFX602
