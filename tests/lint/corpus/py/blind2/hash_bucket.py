"""Recommends exhibitions; the visitor's interests are merged from three sources."""
from itertools import chain

import litellm

from museum.prompts import CURATOR


def interests(profile, visits, newsletter) -> str:
    merged = {tag.strip().lower() for tag in chain(profile.tags, visits.tags, newsletter.tags)}  # want: PFX301 PFX306
    return ", ".join(merged)  # want: PFX301 PFX306


async def recommend(profile, visits, newsletter, history: list[dict], text: str):
    head = CURATOR + "\nInterests of the visitor: " + interests(profile, visits, newsletter)  # want: PFX301 PFX306
    return await litellm.acompletion(
        model="openai/gpt-4.1",
        messages=[{"role": "system", "content": head}, *history, {"role": "user", "content": text}],
    )
