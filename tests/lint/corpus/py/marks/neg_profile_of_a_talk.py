"""A talk goes on behind what is the user's: the mark is read again on each turn."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(profile, history):
    about = f"You talk to {profile.name} from {profile.city}."
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[{"type": "text", "text": RULES}, block(about)],
        messages=history,
    )
