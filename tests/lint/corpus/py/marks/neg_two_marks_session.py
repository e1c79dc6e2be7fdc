"""A mark behind the rules, and another one behind what is the session's."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def answer(session, question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[
            block(RULES),
            block(f"Session {session.id}, started by {session.user_name}."),
        ],
        messages=[{"role": "user", "content": question}],
    )
