"""A relay puts what a department has left in front of the instructions that it is given."""

import httpx

LEFT = {}
out = httpx.Client(base_url="https://api.openai.com/v1")


def quota(department: str) -> str:
    return f"Tokens left for this department: {1_000_000 - LEFT.get(department, 0)}\n"


def relay(request) -> dict:
    body = request.json()
    body["instructions"] = quota(request.department) + body["instructions"]
    answer = out.post("/responses", json=body).json()
    used = answer["usage"]["total_tokens"]
    LEFT[request.department] = LEFT.get(request.department, 0) + used  # want: PFX201
    return answer
