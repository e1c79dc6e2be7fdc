"""Conversations of one agent, as logs with faults that come and go, beside sound ones that look alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

RULES = (
    "You keep the timetable of a small railway. Never name a train that is not in the list. " * 40
)
SYSTEM = {"role": "system", "content": RULES}
Line = dict[str, Any]
TOOLS: list[Line] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": f"Look at {name} of the railway. " * 6,
            "parameters": {"type": "object", "properties": {}},
        },
    }
    for name in ("trains", "stops", "fares", "delays")
]


def conversation(turn: int) -> list[dict[str, str]]:
    """What was said up to a turn's question."""
    said: list[dict[str, str]] = []
    for n in range(turn + 1):
        said.append({"role": "user", "content": f"When goes train {n}? " + "Look it up. " * 6})
        if n < turn:
            answer = f"Train {n} goes at {n + 6} o'clock. " + "Surely. " * 6
            said.append({"role": "assistant", "content": answer})
    return said


def chat(messages: list[Any], **more: object) -> Line:
    """The body of a chat completion."""
    return {"model": "gpt-5.1", "messages": messages, **more}


def anthropic(messages: list[Any], system: object = RULES, **more: object) -> Line:
    """The body of a message of Anthropic."""
    return {
        "model": "claude-sonnet-5",
        "max_tokens": 9000,
        "system": system,
        "messages": messages,
        **more,
    }


def _drawn(n: int) -> str:
    return hashlib.sha256(str(n).encode()).hexdigest()[:16]


def _clock_behind_mark(n: int) -> Line:
    marked = {
        "type": "text",
        "text": f"Now 2026-11-0{1 + n % 2} 12:{n:02}:0{n}",
        "cache_control": {"type": "ephemeral"},
    }
    return anthropic(conversation(n), [{"type": "text", "text": RULES}, marked])


def _emptied(n: int) -> Line:
    said = [
        {**m, "content": "[removed]"} if m["role"] == "assistant" and i < 2 * n - 4 else m
        for i, m in enumerate(conversation(n))
    ]
    return chat([SYSTEM, *said])


def _summed(n: int) -> Line:
    so_far = {"role": "user", "content": f"So far: {n} questions about trains were asked."}
    said = [so_far, *conversation(n)[-4:]] if n > 2 else conversation(n)
    return {"litellm_params": {}, "request_body": chat([SYSTEM, *said])}


def _thinking(n: int) -> Line:
    more = {"thinking": {"type": "enabled", "budget_tokens": 4000}} if n % 2 else {}
    return anthropic(conversation(n), **more)


def _timed(n: int) -> Line:
    return anthropic(
        [
            {**m, "content": f"(2026-11-02 10:{i:02d}) {m['content']}"}
            for i, m in enumerate(conversation(n))
        ]
    )


def _folder(n: int) -> Line:
    head = f"Working folder: /home/ada/jobs/j{_drawn(n // 4)[:6]}\n{RULES}"
    return chat([{"role": "system", "content": head}, *conversation(n % 4)])


def _two_agents(n: int) -> Line:
    painter = "You paint landscapes in water colours, and never use black. " * 50
    head = RULES if n % 2 else painter
    return chat([{"role": "system", "content": head}, *conversation(n // 2)])


def _headers(n: int) -> Line:
    return {
        "headers": {"x-request-id": _drawn(n)},
        "timestamp": 1_700_000_000 + n,
        "body": chat([SYSTEM, *conversation(n)], user="u1"),
    }


def _compacted_once(n: int) -> Line:
    if n < 9:
        return chat([SYSTEM, *conversation(n)])
    summary = {"role": "user", "content": "Sum of all: nine trains were asked for."}
    return chat([SYSTEM, summary, *conversation(n)[18:]])


def railway() -> Iterator[tuple[str, list[Line], tuple[str, ...]]]:
    """Cases: a name, the lines of a log, and the codes of which one has to be found."""
    turned = [
        {"request": chat([SYSTEM, *conversation(n)], tools=TOOLS[n % 4 :] + TOOLS[: n % 4])}
        for n in range(8)
    ]
    yield "railway_tools_turned", turned, ("PFX304",)
    come_and_go = [
        {
            "url": "/v1/chat/completions",
            "body": chat([SYSTEM, *conversation(n)], tools=TOOLS if n % 3 else TOOLS[:3]),
        }
        for n in range(9)
    ]
    yield "railway_tools_come_and_go", come_and_go, ("PFX305",)
    nonces = [
        {
            "model": "gpt-5.1",
            "instructions": f"<!-- {_drawn(n)} -->\n{RULES}",
            "input": conversation(n),
        }
        for n in range(8)
    ]
    yield "railway_nonce", nonces, ("PFX102",)
    for name, make, count, codes in (
        ("mark_behind_clock", _clock_behind_mark, 8, ("PFX602", "PFX101")),
        ("thinking_toggles", _thinking, 8, ("PFX605",)),
        ("rolling_summary", _summed, 10, ("PFX207",)),
        ("answers_emptied", _emptied, 9, ("PFX207",)),
        ("folder_of_the_job", _folder, 12, ("PFX105", "PFX102", "PFX201")),
        ("timed_questions", _timed, 8, ()),
        ("two_agents", _two_agents, 12, ()),
        ("ids_in_headers", _headers, 8, ()),
        ("compacted_once", _compacted_once, 16, ()),
    ):
        yield f"railway_{name}", [make(n) for n in range(count)], codes
