"""A helper marks the block that holds the search results."""

from anthropic import Anthropic

client = Anthropic()
RULES = "Answer from the passages alone. Cite each with its number. " * 90


def cached(text: str) -> dict:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(question: str, index):
    passages = index.search(question, k=6)
    system = [
        {"type": "text", "text": RULES},
        cached("\n".join(p.text for p in passages)),  # want: PFX602 PFX604 PFX201
    ]
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=700,
        system=system,
        messages=[{"role": "user", "content": question}],
    )
