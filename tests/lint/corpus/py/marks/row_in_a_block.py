"""A helper marks its text: the second block holds the row that is asked about."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def block(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def label(rows):
    found = []
    for row in rows:
        reply = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=50,
            system=[block(RULES), block(f"The ticket: {row}")],  # want: PFX602
            messages=[{"role": "user", "content": "Which team?"}],
        )
        found.append(reply.content[0].text)
    return found
