"""The only mark stands behind what is the user's, and not behind the rules."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def plain(text):
    return {"type": "text", "text": text}


def answer(profile, question):
    about = f"You talk to {profile.name} from {profile.city}."  # want: PFX602
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[plain(RULES), block(about)],
        messages=[{"role": "user", "content": question}],
    )
