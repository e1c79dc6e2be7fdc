"""A proxy writes what is left of the credits in front of somebody else's instructions."""

import httpx
from fastapi import Request

upstream = httpx.AsyncClient(base_url="https://api.openai.com")


async def responses(request: Request, ledger):
    body = await request.json()
    left = (await ledger.balance()).credits_left
    body["instructions"] = f"You may spend {left} credits.\n" + body.get("instructions", "")  # want: PFX201
    return (await upstream.post("/v1/responses", json=body)).json()
