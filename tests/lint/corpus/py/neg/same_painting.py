"""Questions of visitors about one painting."""

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


def asked(painting: dict, question: str) -> str:
    answer = client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=marked([block(HOUSE), block(card(painting))]),
        messages=[{"role": "user", "content": question}],
    )
    return answer.content[0].text


def tour(painting: dict, questions: list[str]) -> list[str]:
    """One painting, and one question after the other: all but the first read what is marked."""
    opening = asked(painting, "What is seen first?")
    return [opening, *map(asked, [painting] * len(questions), questions)]


def drafts(painting: dict, count: int) -> list[str]:
    """Several drafts of the same entry, to choose from."""
    return list(map(one_draft, [painting] * count))


def one_draft(painting: dict) -> str:
    return asked(painting, "Write the entry.")


def by_visitors(painting: dict, questions: list[str]) -> list[str]:
    return list(map(lambda question: asked(painting, question), questions))
