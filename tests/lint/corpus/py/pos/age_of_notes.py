"""Notes are listed with how old they are."""
from datetime import datetime, timezone

import litellm

RULES = "You remind people of what they wanted to do. " * 100


def ago(then: datetime) -> str:
    seconds = (datetime.now(timezone.utc) - then).total_seconds()  # want: PFX101 PFX201
    return f"{seconds // 60:.0f} minutes ago" if seconds < 3600 else f"{seconds // 3600:.0f} hours ago"


def notes_block(notes: list[dict]) -> str:
    return "\n".join(f"- {note['text']} ({ago(note['at'])})" for note in notes)


def reply(notes: list[dict], history: list[dict]):
    system = RULES + "\nNotes:\n" + notes_block(notes)
    return litellm.completion(
        model="openai/gpt-5.1", messages=[{"role": "system", "content": system}, *history]
    )
