import os

import httpx

URL = "https://api.anthropic.com/v1/messages"


def headers(messages):
    found = {"x-api-key": os.environ["KEY"], "anthropic-version": "2023-06-01"}
    if any(b.get("type") == "document" for b in messages[-1]["content"]):
        found["anthropic-beta"] = "pdfs-2024-09-25"  # want: PFX608 PFX605
    return found


def send(system, messages):
    body = {"model": "claude-sonnet-5", "max_tokens": 500, "system": system, "messages": messages}
    r = httpx.post(URL, json=body, headers=headers(messages), timeout=60)
    return r.json()
