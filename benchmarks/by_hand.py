"""The same programs, written by hand against an OpenAI-compatible server, as a careful user of vLLM would write them.

Everything that can run at once does; constraints use the server's own structured outputs. The texts equal those of
`programs/*.sgl`.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import httpx

from .server_process import MODEL_NAME
from .workloads import Ask

Program = Callable[["Client", dict[str, Any]], Coroutine[Any, Any, Any]]

TIMEOUT = 600.0
DIGIT = {"structured_outputs": {"regex": "[1-9]"}}


class Client:
    """Completions of one server."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(self, prompt: Any, max_tokens: int, **more: Any) -> dict[str, Any]:
        """One request; greedy unless `more` says otherwise."""
        body = {
            "model": MODEL_NAME,
            "prompt": prompt,
            "max_tokens": max_tokens,
            "temperature": 0,
            **more,
        }
        reply = await self._http.post("/v1/completions", json=body)
        reply.raise_for_status()
        return reply.json()

    async def gen(self, prompt: str, max_tokens: int, **more: Any) -> str:
        """The text that follows `prompt`, all `max_tokens` of it."""
        reply = await self.post(prompt, max_tokens, **{"ignore_eos": True, **more})
        return reply["choices"][0]["text"]

    async def ask(self, ask: Ask) -> int:
        """A request of token ids; returns how many tokens came back."""
        more: dict[str, Any] = {"ignore_eos": True}
        if ask.schema is not None:
            more = {"structured_outputs": {"json": json.loads(ask.schema)}}
        reply = await self.post(list(ask.ids), ask.max_tokens, **more)
        return int(reply["usage"]["completion_tokens"])


async def choose(client: Client, row: dict[str, Any]) -> str:
    """`choose.sgl`: the server can't score choices without losing its prefix cache, so it decodes one of them."""
    choices = {"structured_outputs": {"choice": [" report", " contract", " letter", " invoice"]}}
    prompt = f"{row['document']}\n\n{row['question']}\nAnswer:"
    return await client.gen(prompt, 8, ignore_eos=False, **choices)


async def brief(client: Client, row: dict[str, Any]) -> str:
    """`brief.sgl`."""
    prompt = f"{row['document']}\n\n{row['question']}\n"
    topics = ["Parties", "Dates", "Money", "Risks"]
    notes = await asyncio.gather(*[client.gen(f"{prompt}{topic}:", 16) for topic in topics])
    return await client.gen(prompt + "".join(f"{n}\n" for n in notes) + "Summary:", 32)


async def judge(client: Client, row: dict[str, Any]) -> str:
    """`judge.sgl`."""
    prompt = f"{row['essay']}\n\n"

    async def one(dimension: str) -> tuple[str, str]:
        opened = f"{prompt}Judge the {dimension} of this essay in one sentence:"
        reason = await client.gen(opened, 32)
        return reason, await client.gen(
            f"{opened}{reason}\nScore from 1 to 9: ", 4, ignore_eos=False, **DIGIT
        )

    verdicts = await asyncio.gather(*[one(dimension) for dimension in row["dimensions"]])
    return await client.gen(
        prompt + "".join(f"- {reason}\n" for reason, _ in verdicts) + "Final verdict:", 32
    )


async def solve(client: Client, row: dict[str, Any]) -> str:
    """`solve.sgl`."""
    prompt = f"{row['problem']}\n"

    async def arm(depth: int, i: int) -> tuple[int, str]:
        opened = f"{prompt}Proposal {i + 1} for step {depth + 1}:"
        rated = opened + await client.gen(opened, 32) + "\nRating from 1 to 9: "
        rating = await client.gen(rated, 4, ignore_eos=False, **DIGIT)
        return int(rating), f"{rated}{rating}\n"

    for depth in range(3):
        arms = await asyncio.gather(*[arm(depth, i) for i in range(4)])
        prompt = max(arms, key=lambda one: one[0])[1]
    return await client.gen(f"{prompt}The answer is", 16)


async def vote(client: Client, row: dict[str, Any], **more: Any) -> str:
    """`vote.sgl`: `n` samples in one request; without a seed, unless there is `more` to say."""
    prompt = f"{row['shots']}\n\nQ: {row['question']}\nA:"
    reply = await client.post(prompt, 32, n=16, temperature=0.7, ignore_eos=True, **more)
    return Counter(choice["text"] for choice in reply["choices"]).most_common(1)[0][0]


PROGRAMS: dict[str, Program] = {
    "choose": choose,
    "brief": brief,
    "judge": judge,
    "solve": solve,
    "vote": vote,
}
