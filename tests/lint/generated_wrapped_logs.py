"""Every fault that a log can show, in every body and wrapper that can hold it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sent import Sent, chat, responses
from sent_blocks import anthropic
from wrappers import SPEAKS, Line

RULES = " ".join(
    f"Rule {n}: keep to page {n} of the ledger and name the seat that you rely on."
    for n in range(1, 130)
)
TURNS = 9
Said = list[dict[str, Any]]


def _tool(name: str, keys: tuple[str, ...] = ("row", "seat", "day")) -> dict[str, Any]:
    fields = {key: {"type": "string", "description": f"The {key} that is meant."} for key in keys}
    return {
        "name": name,
        "description": f"Does {name} for the house and says what was done. " * 4,
        "parameters": {"type": "object", "properties": fields},
    }


TOOLS = [_tool(name) for name in ("find", "hold", "sell", "print", "refund")]


def _hex(seed: int, bits: int = 64) -> str:
    return f"{random.Random(seed).getrandbits(bits):0{bits // 4}x}"


def talk(turn: int) -> Said:
    """A conversation up to a turn's question."""
    said: Said = []
    for n in range(turn + 1):
        said.append({"role": "user", "content": f"What is on row {n}? " + "Look twice. " * 6})
        if n < turn:
            said.append({"role": "assistant", "content": f"Row {n} is sold. " + "Surely. " * 6})
    return said


def _worked(
    turn: int, ids: str = "", order: str = "", spelled: str = "", cleared: bool = False
) -> Said:
    """A conversation with two calls of tools in each turn."""
    said: Said = []
    for n in range(turn + 1):
        said.append({"role": "user", "content": f"What is on rows {n} and {n + 1}?"})
        if n == turn:
            break
        old = n < turn - 1
        names = [f"call_{_hex(n * 31 + k + (turn * 997 if ids else 0))}" for k in (0, 1)]
        held = [{"title": f"row {n + k}", "day": "Monday", "seat": k} for k in (0, 1)]
        texts = [json.dumps(h, sort_keys=bool(spelled) and old) for h in held]
        calls = [
            {"id": i, "type": "function", "function": {"name": "find", "arguments": t}}
            for i, t in zip(names, texts, strict=True)
        ]
        results = [
            {"role": "tool", "tool_call_id": i, "content": f"Row {n + k}: " + "seat taken, " * 12}
            for k, i in enumerate(names)
        ]
        if cleared and n < turn - 2:
            results = [r | {"content": "[cleared]"} for r in results]
        said.append({"role": "assistant", "content": "", "tool_calls": calls})
        said += reversed(results) if order and not old else results
        said.append({"role": "assistant", "content": f"Row {n} is taken."})
    return said


def _thought(turn: int, kept: bool) -> Said:
    said = talk(turn)
    answers = [m for m in said if m["role"] == "assistant"]
    for number, message in enumerate(answers):
        if kept or number == len(answers) - 1:
            message["reasoning_content"] = f"The ledger says {number}, so it is sold. " * 8
    return said


def _reminded(turn: int) -> Said:
    said = talk(turn)
    said[-1] = said[-1] | {
        "content": said[-1]["content"] + "\n(Answer with the row alone, please.)"
    }
    return said


def _shuffled(turn: int) -> list[dict[str, Any]]:
    return random.Random(turn).sample(TOOLS, len(TOOLS))


def _keys(turn: int) -> tuple[str, ...]:
    return tuple(random.Random(turn * 5).sample(["row", "seat", "day", "price"], 4))


def _schema(turn: int) -> dict[str, Any]:
    keys = [f"row_{turn}", "price"]
    return {"type": "object", "properties": {key: {"type": "string"} for key in keys}}


def _alone(turn: int, system: str) -> Sent:
    return Sent(system, [{"role": "user", "content": f"What does seat {turn * 7} cost?"}])


SAMPLES = ("programme", "cloakroom", "interval", "balcony", "orchestra", "wheelchair")
EVERY = frozenset("chat responses anthropic gemini converse text span".split())
DATA = EVERY - {"text"}
"""Forms in which tools and blocks are data of their own."""

Fault = tuple[Callable[[int], Sent], tuple[str, ...], frozenset[str]]
FAULTS: dict[str, Fault] = {
    "sound": (lambda n: Sent(RULES, talk(n), TOOLS), (), EVERY),
    "sound_calls": (lambda n: Sent(RULES, _worked(n), TOOLS), (), EVERY),
    "sound_thoughts": (lambda n: Sent(RULES, _thought(n, True)), (), EVERY),
    "sound_alone": (lambda n: _alone(n, RULES), (), EVERY),
    "clock": (
        lambda n: _alone(n, f"It is 2026-09-21 13:{n:02d}:{n * 7 % 60:02d}.\n{RULES}"),
        ("PFX101",),
        EVERY,
    ),
    "clock_behind": (lambda n: Sent(f"{RULES}\nNow: 13:{n:02d}:20", talk(n)), ("PFX101",), EVERY),
    "nonce": (lambda n: _alone(n, f"Request {_hex(n)}\n{RULES}"), ("PFX102",), EVERY),
    "customer": (
        lambda n: _alone(
            n,
            f"You serve {('Ada Brandt', 'Edsger Quist', 'Grace Ohm', 'Ivo Lind')[n % 4]}.\n{RULES}",
        ),
        ("PFX104", "PFX201"),
        EVERY,
    ),
    "round": (lambda n: Sent(f"Round {n + 1} of 20.\n{RULES}", talk(n)), ("PFX201",), EVERY),
    "folder": (
        lambda n: _alone(n, f"Working directory: /home/u{_hex(n, 16)}/src\n{RULES}"),
        ("PFX105", "PFX201"),
        EVERY,
    ),
    "items": (
        lambda n: _alone(
            n, "Topics: " + ", ".join(random.Random(n).sample(SAMPLES, 6)) + ".\n" + RULES
        ),
        ("PFX301", "PFX201"),
        EVERY,
    ),
    "window": (lambda n: Sent(RULES, talk(n)[-7:]), ("PFX207",), EVERY),
    "tools_order": (
        lambda n: replace(_alone(n, RULES), tools=_shuffled(n)),
        ("PFX304", "PFX301"),
        DATA,
    ),
    "tools_subset": (lambda n: Sent(RULES, talk(n), TOOLS[: 2 + n % 3]), ("PFX305",), DATA),
    "schema_keys": (
        lambda n: replace(_alone(n, RULES), tools=[_tool("find", _keys(n))]),
        ("PFX302",),
        DATA,
    ),
    "ids": (lambda n: Sent(RULES, _worked(n, ids="new")), ("PFX102", "PFX207"), DATA - {"gemini"}),
    "arguments": (lambda n: Sent(RULES, _worked(n, spelled="sorted")), ("PFX303", "PFX207"), EVERY),
    "ended": (
        lambda n: Sent(RULES, _worked(n, order="ended")),
        ("PFX307", "PFX207", "PFX301"),
        EVERY,
    ),
    "cleared": (lambda n: Sent(RULES, _worked(n, cleared=True)), ("PFX207",), EVERY),
    "thoughts": (lambda n: Sent(RULES, _thought(n, False)), ("PFX211", "PFX207"), EVERY),
    "reminder": (lambda n: Sent(RULES, _reminded(n)), ("PFX209", "PFX207"), EVERY),
    "choice": (
        lambda n: Sent(RULES, talk(n), TOOLS, choice="none" if n % 3 == 2 else "auto"),
        ("PFX605",),
        DATA - {"span", "converse"},
    ),
    "thinking": (lambda n: Sent(RULES, talk(n), thinks=n % 2 == 0), ("PFX605",), DATA - {"span"}),
    "schema": (
        lambda n: replace(_alone(n, RULES), schema=_schema(n)),
        ("PFX605",),
        DATA - {"span", "converse"},
    ),
    "marked": (
        lambda n: replace(Sent(RULES, talk(n)), marks=("system", "newest")),
        (),
        frozenset({"anthropic", "converse"}),
    ),
    "mark_behind": (
        lambda n: Sent(
            RULES,
            [{"role": "user", "content": f"Letter {n}: " + f"word{n} " * 90}],
            marks=("newest",),
        ),
        ("PFX602", "PFX604"),
        frozenset({"anthropic", "converse"}),
    ),
    "too_short": (
        lambda n: replace(_alone(n, "Answer in rhymes. " * 20), marks=("system",)),
        ("PFX405",),
        frozenset({"anthropic", "converse"}),
    ),
}
"""What a turn sends, the codes of which one has to be found, and the forms that can show it."""

_CANT = {
    "run_of_chain": {"thoughts", "sound_thoughts"},
    "event_records": {"tools_order", "tools_subset", "schema_keys"},
    "openinference": {"thoughts", "sound_thoughts", "ids"},
    "traceloop": {"thoughts", "sound_thoughts"},
}
"""What a wrapper doesn't write down."""

_PLAIN = {
    "plain_chat": (chat, "chat"),
    "plain_responses": (responses, "responses"),
    "plain_anthropic": (anthropic, "anthropic"),
}


def wrapped() -> Iterator[tuple[str, list[Line], tuple[str, ...]]]:
    """Every wrapper with every fault that can be seen through it."""
    forms: dict[str, tuple[Callable[[int, Sent], Line], str]] = dict(SPEAKS)
    for name, (body, kind) in _PLAIN.items():
        forms[name] = ((lambda n, sent, body=body: body(sent)), kind)
    for name, (write, kind) in forms.items():
        for fault, (sent, codes, kinds) in FAULTS.items():
            if kind in kinds and fault not in _CANT.get(name, ()):
                yield f"{name}_{fault}", [write(n, sent(n)) for n in range(TURNS)], codes
