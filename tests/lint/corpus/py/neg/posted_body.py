"""The body is posted by hand, and the time goes into a header."""
import time

import httpx

RULES = "Advise on mushrooms. Never call one edible. " * 60


def ask(history: list[dict], text: str):
    body = {"model": "local", "messages": [{"role": "system", "content": RULES}, *history, {"role": "user", "content": text}]}
    headers = {"X-Sent-At": time.ctime()}
    return httpx.post("http://127.0.0.1:8000/v1/chat/completions", json=body, headers=headers).json()
