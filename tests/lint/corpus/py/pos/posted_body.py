"""The body is posted by hand."""
import time

import httpx

RULES = "Advise on mushrooms. Never call one edible. " * 60


def ask(history: list[dict], text: str):
    head = f"{time.ctime()}\n{RULES}"  # want: PFX101
    body = {"model": "local", "messages": [{"role": "system", "content": head}, *history, {"role": "user", "content": text}]}
    return httpx.post("http://127.0.0.1:8000/v1/chat/completions", json=body).json()
