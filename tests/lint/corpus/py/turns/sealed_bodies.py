"""Each body gets a seal of its own messages, which stands first."""

import hashlib
import json

import httpx

web = httpx.Client(base_url="https://api.anthropic.com")


def seal(messages: list[dict]) -> str:
    return hashlib.blake2b(json.dumps(messages).encode()).hexdigest()[:10]  # want: PFX201 PFX102


def with_seal(body: dict) -> dict:
    head = [{"type": "text", "text": f"seal {seal(body['messages'])}"}, *body["system"]]
    return {**body, "system": head}


def send(body: dict) -> dict:
    return web.post("/v1/messages", json=with_seal(body)).json()
