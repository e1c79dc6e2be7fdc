"""A raw prompt that is posted ends with a blank, behind which the model goes on."""

import requests

SHOTS = "Word: house. Plural: houses.\nWord: child. Plural: children.\n" * 30


def plural(word: str) -> str:
    body = {"text": SHOTS + "Word: " + word + ". Plural: ", "sampling_params": {"max_new_tokens": 6}}
    return requests.post("http://127.0.0.1:30000/generate", json=body, timeout=30).json()["text"]  # want: PFX404
