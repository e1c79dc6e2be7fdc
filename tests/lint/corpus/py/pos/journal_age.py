"""Entries of a journal are shown with their age, so all of them change each minute."""

from datetime import datetime

import anthropic

client = anthropic.Anthropic()
RULES = "Keep the journal of a garden. " * 90


def age(entry) -> str:
    minutes = int((datetime.now() - entry.at).total_seconds() // 60)  # want: PFX101
    return f"{minutes} min ago"


def journal(entries) -> str:
    return "\n".join(f"- {e.text} ({age(e)})" for e in entries)


def ask(entries, history: list[dict], text: str):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=400,
        system=[
            {
                "type": "text",
                "text": journal(entries) + "\n" + RULES,
                "cache_control": {"type": "ephemeral"},
            }
        ],
        messages=[*history, {"role": "user", "content": text}],
    )
