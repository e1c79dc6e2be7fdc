"""A proxy keeps what is left of the quota for a header of its answer; the body goes on as it came."""

import httpx
from fastapi import Request
from fastapi.responses import JSONResponse

upstream = httpx.AsyncClient(base_url="https://api.openai.com")


async def responses(request: Request, quota):
    body = await request.json()
    left = await quota.remaining(request.headers["x-tenant"])
    reply = await upstream.post("/v1/responses", json=body)
    return JSONResponse(reply.json(), headers={"x-quota-left": str(left)})
