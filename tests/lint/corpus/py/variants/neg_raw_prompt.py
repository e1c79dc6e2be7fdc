"""A prompt that is posted whole: what is fixed stands first, and it ends without a blank."""

import httpx

RULES = "Sort the note into one of the nine folders, and write the folder's number alone. " * 40


def folder(note: str) -> str:
    body = {"inputs": f"{RULES}\nNote: {note}\nFolder:", "parameters": {"max_new_tokens": 3}}
    return httpx.post("http://127.0.0.1:8080/generate", json=body).json()["generated_text"]
