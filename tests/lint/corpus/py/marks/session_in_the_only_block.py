"""The only marked block ends with what is the session's: the rules in front of it are written for each."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(session, question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[block(RULES + f"\nSession {session.id}, started by {session.user_name}.")],  # want: PFX602
        messages=[{"role": "user", "content": question}],
    )
