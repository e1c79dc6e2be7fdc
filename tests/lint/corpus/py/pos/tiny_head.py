"""A marker on a head that is far too short to be kept."""

import anthropic

SYSTEM = "You are a poet. Rhyme every second line."


def poem(topic: str) -> str:
    client = anthropic.Anthropic()
    reply = client.messages.create(  # want: PFX405
        model="claude-haiku-4-5",
        max_tokens=300,
        system=[{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": topic}],
    )
    return reply.content[0].text
