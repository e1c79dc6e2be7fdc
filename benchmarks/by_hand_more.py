"""More programs by hand, as `by_hand.py`: records, routing, an agent with tools, review, and simpler ones."""

import asyncio
import json
from functools import partial
from typing import Any

from .by_hand import DIGIT, PROGRAMS, Client, Program, vote
from .hosts import profile, search

TEAMS = [" billing", " technical support", " sales", " returns and refunds"]
URGENCIES = [" low", " normal", " high"]
_FIELDS: dict[str, Any] = {
    "kind": {"enum": ["report", "contract", "letter", "invoice"]},
    "language": {"enum": ["English", "German", "French"]},
    "urgent": {"type": "boolean"},
    "has_signature": {"type": "boolean"},
    "subject": {"enum": ["money", "people", "buildings", "ships"]},
    "names_people": {"type": "boolean"},
}
NOTE: dict[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
VERDICTS = [" accept", " accept with changes", " reject"]


async def choose(client: Client, prompt: str, choices: list[str]) -> str:
    """One of some texts, decoded under a grammar: what a server offers that scores none without losing its cache."""
    constrained = {"structured_outputs": {"choice": choices}}
    return await client.gen(prompt, 8, ignore_eos=False, **constrained)


async def extract(client: Client, row: dict[str, Any]) -> list[Any]:
    """`extract.sgl`."""
    constrained = {"structured_outputs": {"json": NOTE}}
    prompts = [f"{row['guide']}\n\n{note}\nThe same as JSON: " for note in row["notes"]]
    records = await asyncio.gather(
        *[client.gen(prompt, 96, ignore_eos=False, **constrained) for prompt in prompts]
    )
    return list(map(json.loads, records))


async def route(client: Client, row: dict[str, Any]) -> str:
    """`route.sgl`."""
    prompt = f"{row['rules']}\n\nMessage: {row['message']}\nTeam:"
    prompt += await choose(client, prompt, TEAMS) + "\nUrgency:"
    prompt += await choose(client, prompt, URGENCIES) + "\nShort answer:"
    return await client.gen(prompt, 24)


async def likeliest(client: Client, prompt: str, choices: list[str]) -> str:
    """The choice with the highest mean log probability, which an echo of each tells."""

    async def score(choice: str) -> float:
        reply = await client.post(prompt + choice, 0, echo=True, logprobs=1)
        found = reply["choices"][0]["logprobs"]
        told = zip(found["token_logprobs"], found["text_offset"], strict=True)
        values = [value for value, at in told if at >= len(prompt)]
        return sum(values) / len(values)

    scores = await asyncio.gather(*map(score, choices))
    return choices[scores.index(max(scores))]


async def route_scored(client: Client, row: dict[str, Any]) -> str:
    """`route.sgl` with what its choices mean."""
    prompt = f"{row['rules']}\n\nMessage: {row['message']}\nTeam:"
    prompt += await likeliest(client, prompt, TEAMS) + "\nUrgency:"
    prompt += await likeliest(client, prompt, URGENCIES) + "\nShort answer:"
    return await client.gen(prompt, 24)


async def agent(client: Client, row: dict[str, Any]) -> str:
    """`agent.sgl`; the profile is looked up while the model thinks."""
    about = asyncio.ensure_future(profile(row["who"]))
    prompt = f"{row['tools']}\n\nTask: {row['task']}\n"
    for _ in range(3):
        prompt += "Thought:"
        prompt += await client.gen(prompt, 24) + "\nSearch:"
        query = await client.gen(prompt, 8)
        prompt += f"{query}\nFound: {await search(query)}\n"
    return await client.gen(f"{prompt}The user: {await about}\nAnswer:", 24)


async def retrieve(client: Client, row: dict[str, Any]) -> str:
    """`retrieve.sgl`; the documents as the search ranked them."""
    found = "".join(f"[{d['id']}] {d['body']}\n" for d in row["documents"])
    prompt = f"{row['guide']}\n\n{found}Question: {row['question']}\nAnswer:"
    return await client.gen(prompt, 16)


async def review(client: Client, row: dict[str, Any]) -> str:
    """`review.sgl`."""
    prompt = f"{row['guide']}\n\n{row['change']}\n"
    topics = ["safety", "tests", "clarity"]
    asked = [client.gen(f"{prompt}Review of {topic}. Problems:", 24) for topic in topics]
    safe, tested, clear = await asyncio.gather(*asked)
    notes = f"Safety: {safe}\nTests: {tested}\nClarity: {clear}\nVerdict:"
    return await choose(client, prompt + notes, VERDICTS)


async def desk(client: Client, row: dict[str, Any]) -> tuple[str, str]:
    """`desk.sgl`: a function for each, neither of which knows of the other."""

    async def after_gist(question: str, max_tokens: int) -> str:
        prompt = f"{row['letter']}\n\nIn one sentence, the letter says:"
        return await client.gen(prompt + await client.gen(prompt, 32) + question, max_tokens)

    return await asyncio.gather(after_gist("\nA polite reply:", 32), after_gist("\nKeywords:", 16))


async def memo(client: Client, row: dict[str, Any]) -> list[list[str]]:
    """`memo.sgl`: a function for each reader, neither of which knows of the other."""
    gist = ("In one sentence, the contract says:", 32)
    lists = [[gist, ("What it costs:", 24)], [gist, ("What is left open:", 24)]]

    async def answers(asked: list[tuple[str, int]]) -> list[str]:
        return await asyncio.gather(
            *[client.gen(f"{row['contract']}\n\n{question}", most) for question, most in asked]
        )

    return await asyncio.gather(*map(answers, lists))


async def profile_of(client: Client, row: dict[str, Any]) -> tuple[str, str]:
    """`profile.sgl`."""
    prompt = f"{row['text']}\n\n"
    asked = ["The topic is", "The tone is", "The people in it are"]
    topic, _, _ = await asyncio.gather(*[client.gen(prompt + one, 16) for one in asked])
    return topic, await client.gen(f"{prompt}On {topic}, in one sentence:", 32)


async def grade(client: Client, row: dict[str, Any], *, with_reason: bool = False) -> str:
    """`grade.sgl`."""
    prompt = f"{row['essay']}\n\n"
    number, reason = await asyncio.gather(
        client.gen(f"{prompt}Grade from 1 to 9: ", 4, ignore_eos=False, **DIGIT),
        client.gen(f"{prompt}In one sentence, the essay is", 32),
    )
    return f"{number}: {reason}" if with_reason else number


async def plan(client: Client, row: dict[str, Any]) -> list[str]:
    """`plan.sgl`."""
    prompt = f"{row['report']}\n\n"
    whole = {"structured_outputs": {"json": {"type": "integer"}}}
    facts = [
        client.gen(
            f"{prompt}How many {what} are named, as a number: ", 4, ignore_eos=False, **whole
        )
        for what in ("people", "ships", "days", "pages")
    ]
    questions = [
        client.gen(f"{prompt}{topic}, an open question:", 24)
        for topic in ("Parties", "Dates", "Money", "Risks")
    ]
    return await asyncio.gather(*facts, *questions)


async def consult(client: Client, row: dict[str, Any]) -> str:
    """`consult.sgl`."""
    found, about = await asyncio.gather(search(row["question"]), profile(row["who"]))
    prompt = (
        f"{row['rules']}\n\nFound: {found}\nThe user: {about}\nQuestion: {row['question']}\nAnswer:"
    )
    return await client.gen(prompt, 24)


ALL: dict[str, Program] = {
    **PROGRAMS,
    "vote": partial(vote, seed=7),
    "extract": extract,
    "route": route,
    "route_scored": route_scored,
    "agent": agent,
    "retrieve": retrieve,
    "review": review,
    "desk": desk,
    "memo": memo,
    "profile": profile_of,
    "grade": grade,
    "plan": plan,
    "consult": consult,
}
