"""Faults that only some providers' bodies can show: breakpoints, routing keys, headers, usage, examples, side calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from generated_wrapped_logs import RULES, TOOLS, talk
from sent import Json, Sent, chat, responses
from sent_blocks import MARK, anthropic, converse, gemini

Log = tuple[str, list[Any], tuple[str, ...]]
PAIRS = [(f"What is {n} for?", f"It is for seat {n * 3}. " * 6) for n in range(12)]
CALLS = range(9)


def _asked(n: int, system: str = RULES) -> Sent:
    return Sent(system, [{"role": "user", "content": f"What does seat {n * 7} cost?"}])


def _shots(n: int, drawn: list[tuple[str, str]]) -> Sent:
    said: list[Json] = []
    for asked, answered in drawn:
        said += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return Sent(RULES, [*said, {"role": "user", "content": f"What is {n + 40} for?"}])


def examples() -> Iterator[Log]:
    """Few-shot examples as messages: drawn anew, in another order, always the same."""
    drawn = [random.Random(n).sample(PAIRS, 5) for n in CALLS]
    orders = [random.Random(n).sample(PAIRS[:6], 6) for n in CALLS]
    for name, body in (("chat", chat), ("anthropic", anthropic), ("gemini", gemini)):
        yield (
            f"{name}_shots_drawn",
            [body(_shots(n, drawn[n])) for n in CALLS],
            ("PFX205", "PFX201", "PFX102"),
        )
        yield (
            f"{name}_shots_order",
            [body(_shots(n, orders[n])) for n in CALLS],
            ("PFX301", "PFX205", "PFX201"),
        )
        yield f"{name}_shots_same", [body(_shots(n, PAIRS[:6])) for n in CALLS], ()


def bytes_of_heads() -> Iterator[Log]:
    """Heads that read alike: other line ends, another composition, another day."""
    lines = RULES.replace(". ", ".\n")
    accented = RULES.replace("ledger", "livre de comptes é")
    heads = {
        "line_ends": ([lines, lines.replace("\n", "\r\n")], ("PFX401",)),
        "composed": ([accented, accented.replace("é", "e\u0301")], ("PFX403", "PFX401")),
    }
    for name, (both, codes) in heads.items():
        yield f"heads_{name}", [chat(_asked(n, both[n % 2])) for n in CALLS], codes
    days = [f"Today is Monday, {n + 1} September 2026.\n{RULES}" for n in CALLS]
    yield "heads_day", [responses(_asked(n, days[n])) for n in CALLS], ("PFX103", "PFX201")


def _usage(body: Json, read: int, at: float, **more: Any) -> Json:
    details = {"prompt_tokens": 2100, "prompt_tokens_details": {"cached_tokens": read}}
    return {
        "started_at": 1_790_000_000 + at,
        "request": body,
        "response": {"usage": details},
        **more,
    }


def _of_claude(body: Json, read: int, at: float) -> Json:
    usage = {
        "input_tokens": 40,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": 2000,
    }
    return {"ts": 1_790_000_000 + at, "body": body, "response_body": {"usage": usage}}


def reads() -> Iterator[Log]:
    """What usage says: all calls of a wave write, keys part what is shared, an entry has expired."""
    marked = [anthropic(replace(_asked(n), marks=("system",))) for n in CALLS]
    yield "reads_wave", [_of_claude(marked[n], 0, 0.05 * n) for n in CALLS], ("PFX701", "PFX610")
    warm = [_of_claude(marked[n], 0 if n == 0 else 2000, 4.0 * n) for n in CALLS]
    yield "reads_led", warm, ()
    keyed = [
        _usage(
            {**chat(Sent(RULES, talk(n % 3))), "prompt_cache_key": f"session-{n // 3}"},
            0 if n % 3 == 0 else 1900,
            20.0 * n,
        )
        for n in CALLS
    ]
    yield "reads_key_per_session", keyed, ("PFX607",)
    one = [{**each, "request": {**each["request"], "prompt_cache_key": "desk"}} for each in keyed]
    led = [
        each if n == 0 else _usage(each["request"], 1900, 20.0 * n) for n, each in enumerate(one)
    ]
    yield "reads_one_key", led, ()
    late = [_usage(chat(_asked(n)), 0, 7200.0 * n) for n in CALLS]
    yield "reads_late", late, ("PFX610",)


def routes() -> Iterator[Log]:
    """Keys and headers by which calls find the machine that has their prefix."""
    for header in ("session_id", "x-session-id", "conversation_id", "x-grok-conv-id"):
        lines = [
            {
                "headers": {header: f"{random.Random(n).getrandbits(64):016x}"},
                "body": chat(Sent(RULES, talk(n))),
            }
            for n in CALLS
        ]
        yield f"routes_{header}", lines, ("PFX607",)
    salted = [
        {**chat(_asked(n)), "cache_salt": f"{random.Random(n).getrandbits(64):016x}"} for n in CALLS
    ]
    yield "routes_salt", salted, ("PFX607",)
    beta = [
        {
            "headers": [{"name": "anthropic-beta", "value": f"tools-{n % 2}"}],
            "body": anthropic(Sent(RULES, talk(n))),
        }
        for n in CALLS
    ]
    yield "routes_beta", beta, ("PFX608", "PFX605")
    yield (
        "routes_same",
        [{"headers": {"session_id": "desk"}, "body": chat(_asked(n))} for n in CALLS],
        (),
    )


def marks() -> Iterator[Log]:
    """Breakpoints: one for the whole body, one that never moves on, too many, backwards, far apart."""
    rows = [{**anthropic(_asked(n, RULES)), **MARK} for n in CALLS]
    yield "marks_at_the_end", rows, ("PFX602", "PFX604")
    yield "marks_at_the_end_grown", [{**anthropic(Sent(RULES, talk(n))), **MARK} for n in CALLS], ()
    frozen = [anthropic(Sent(RULES, talk(n))) for n in range(16)]
    for body in frozen:
        body["messages"][0]["content"][0] |= MARK
    yield "marks_frozen", frozen, ("PFX603",)
    many = [anthropic(Sent(RULES, talk(n + 4), marks=("system", "newest"))) for n in CALLS]
    for body in many:
        for message in body["messages"][:6]:
            message["content"][-1] |= MARK
    yield "marks_many", many, ("PFX601",)
    back = [anthropic(Sent(RULES, talk(n + 4))) for n in CALLS]
    for n, body in enumerate(back):
        body["messages"][8 - n]["content"][-1] |= MARK
    yield "marks_back", back, ("PFX609",)
    wide = [converse(Sent(RULES, talk(n * 13), marks=("newest",))) for n in range(5)]
    yield "marks_wide", wide, ("PFX603",)
    fifth = [{**chat(_asked(n)), "model": "gpt-5.6"} for n in CALLS]
    yield "marks_implicit", fifth, ("PFX602", "PFX604")


def beside() -> Iterator[Log]:
    """Calls beside a conversation that send its history under another head."""
    for name, body in (
        ("chat", chat),
        ("anthropic", anthropic),
        ("gemini", gemini),
        ("converse", converse),
    ):
        lines: list[Json] = []
        for n in range(3, 12):
            lines.append(body(Sent(RULES, talk(n), TOOLS)))
            if n % 3 == 2:
                asked = [
                    *talk(n),
                    {"role": "assistant", "content": f"Row {n} is sold. " + "Surely. " * 6},
                ]
                asked.append({"role": "user", "content": "Sum up what was said in ten words."})
                lines.append(body(Sent("You sum up conversations of others in few words.", asked)))
        yield f"beside_{name}", lines, ("PFX212", "PFX207", "PFX305")


def provider_logs() -> Iterator[Log]:
    """All of them."""
    for many in (examples, bytes_of_heads, reads, routes, marks, beside):
        yield from many()
