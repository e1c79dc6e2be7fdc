"""The rules are too short for a mark of their own."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 9


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(profile, manual, question):
    about = f"You talk to {profile.name} from {profile.city}. {manual}"
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[{"type": "text", "text": RULES}, block(about)],
        messages=[{"role": "user", "content": question}],
    )
