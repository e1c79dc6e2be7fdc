"""The same numbering where the text is long enough, and where it holds what is not known."""

import anthropic

LONG = tuple(f"Clause {n}. " + "Linen is washed at sixty degrees and pressed once. " * 40 for n in range(1, 9))
client = anthropic.Anthropic()
MARK = {"type": "ephemeral"}


def long_enough(text: str) -> str:
    system = "\n".join(f"{n}) {clause}" for n, clause in enumerate(LONG, 1))
    reply = client.messages.create(
        model="claude-opus-4-8",
        max_tokens=300,
        system=[{"type": "text", "text": system, "cache_control": MARK}],
        messages=[{"role": "user", "content": text}],
    )
    return reply.content[0].text


def of_a_house(clauses: list[str], text: str) -> str:
    system = "\n".join(f"{n}) {clause}" for n, clause in enumerate(clauses, 1))
    reply = client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=300,
        system=[{"type": "text", "text": system, "cache_control": MARK}],
        messages=[{"role": "user", "content": text}],
    )
    return reply.content[0].text
