"""The marked prefix is below the minimum of the model."""

import anthropic

client = anthropic.Anthropic()
HEAD = "Answer in rhymes. Keep it short. " * 30


def rhyme(text: str):
    return client.messages.create(  # want: PFX405
        model="claude-haiku-4-5",
        max_tokens=100,
        system=[{"type": "text", "text": HEAD, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": text}],
    )
