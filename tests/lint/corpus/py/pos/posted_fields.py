"""A body is put together by hand, and carries the time in its system text."""

from datetime import datetime, timezone

import httpx

ENDPOINT = "https://llm.example/v1/chat/completions"
GUIDE = "Tell the depth of water for ships. " * 80


def preamble() -> str:
    stamp = datetime.now(timezone.utc)
    return "Time: %s UTC\n%s" % (stamp.strftime("%H:%M"), GUIDE)  # want: PFX101 PFX201


async def depth(http: httpx.AsyncClient, history: list[dict], question: str) -> str:
    payload = {"model": "gpt-5.1", "temperature": 0}
    payload["messages"] = [{"role": "system", "content": preamble()}]
    payload["messages"] += history
    payload["messages"].append({"role": "user", "content": question})
    reply = await http.post(ENDPOINT, json=payload)
    return reply.json()["choices"][0]["message"]["content"]
