"""The body is posted with httpx, and begins with a stamp."""

import time

import httpx

RULES = "You translate labels of museum pieces. Keep the year. " * 90


class Client:
    def __init__(self, key: str):
        self.http = httpx.AsyncClient(
            base_url="https://api.openai.com/v1", headers={"Authorization": f"Bearer {key}"}
        )

    async def translate(self, label: str) -> str:
        body = {"model": "gpt-5.1", "messages": []}
        body["messages"].append(
            {"role": "system", "content": f"[{int(time.time())}] {RULES}"}  # want: PFX101
        )
        body["messages"].append({"role": "user", "content": label})
        reply = await self.http.post("/chat/completions", json=body)
        return reply.json()["choices"][0]["message"]["content"]
