"""A clock in front of a prompt that is posted whole."""

from datetime import datetime

import httpx

RULES = "Sort the note into one of the nine folders, and write the folder's number alone. " * 40


def folder(note: str) -> str:
    prompt = f"[{datetime.now():%H:%M:%S}]\n{RULES}\nNote: {note}\nFolder:"  # want: PFX101 PFX201
    reply = httpx.post("http://127.0.0.1:8080/completion", json={"prompt": prompt, "n_predict": 3})
    return reply.json()["content"]
