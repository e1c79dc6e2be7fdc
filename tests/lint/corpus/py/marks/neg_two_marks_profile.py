"""A mark behind the rules, and another one behind what is the user's."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text, cache=False):
    made = {"type": "text", "text": text}
    if cache:
        made["cache_control"] = {"type": "ephemeral"}
    return made


def label(client, profile, question):
    system = [block(RULES, cache=True), block(f"User: {profile.name}, in {profile.city}", cache=True)]
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=50,
        system=system,
        messages=[{"role": "user", "content": question}],
    )
