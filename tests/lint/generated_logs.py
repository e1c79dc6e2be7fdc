"""Logs for the corpus, made rather than kept: each is a habit of programs, and what it does to prefixes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

HEAD = " ".join(
    f"Rule {n}: keep to section {n} of the handbook of the workshop." for n in range(1, 90)
)
NAMES = ("find", "lend", "order", "mail", "print")


def tool(name: str, keys: tuple[str, ...] = ("a", "b", "c")) -> dict[str, Any]:
    properties = {key: {"type": "string", "description": f"the {key} of {name}"} for key in keys}
    function = {
        "name": name,
        "description": f"{name} does one thing. " * 6,
        "parameters": {"type": "object", "properties": properties},
    }
    return {"type": "function", "function": function}


def chat(number: int, head: str = HEAD, first: int = 0, **more: Any) -> dict[str, Any]:
    """A request of the n-th turn of a conversation that only grows."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": head}]
    for n in range(first, number + 1):
        messages.append({"role": "user", "content": f"Question {n}: where is part {n * 7}?"})
        if n < number:
            messages.append({"role": "assistant", "content": f"Part {n * 7} is in drawer {n}."})
    return {"model": "gpt-5.1", "messages": messages, **more}


def single(number: int, head: str = HEAD, **more: Any) -> dict[str, Any]:
    """A request of its own."""
    messages = [
        {"role": "system", "content": head},
        {"role": "user", "content": f"Question {number}: where is part {number * 7}?"},
    ]
    return {"model": "gpt-5.1", "messages": messages, **more}


def calls(
    number: int, order: str = "same", ids: str = "same", spelled: str = "same"
) -> dict[str, Any]:
    """A conversation with two tool calls a turn."""
    rng = random.Random(number)
    messages: list[dict[str, Any]] = [{"role": "system", "content": HEAD}]
    for n in range(number + 1):
        messages.append({"role": "user", "content": f"Question {n}?"})
        if n == number:
            break
        names = [f"c{n}a", f"c{n}b"]
        if ids == "new":
            names = [f"call_{rng.getrandbits(64):016x}", f"call_{rng.getrandbits(64):016x}"]
        arguments = [{"title": f"part {n}", "limit": 3}, {"title": f"part {n + 1}", "limit": 4}]
        old = n < number - 1
        dumped = [json.dumps(a, sort_keys=spelled == "sorted" and old) for a in arguments]
        messages.append(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": i, "type": "function", "function": {"name": "find", "arguments": d}}
                    for i, d in zip(names, dumped, strict=True)
                ],
            }
        )
        results = [
            {
                "role": "tool",
                "tool_call_id": i,
                "content": f"drawer {n} {i[-1] if ids == 'same' else k}",
            }
            for k, i in enumerate(names)
        ]
        messages += reversed(results) if order == "completion" and not old else results
        messages.append({"role": "assistant", "content": f"Drawer {n}."})
    return {"model": "gpt-5.1", "messages": messages}


def claude(
    number: int, text: str = "", mark: str = "system", head: str = HEAD, **more: Any
) -> dict[str, Any]:
    """A request of Anthropic's form."""
    system: dict[str, Any] = {"type": "text", "text": head}
    block: dict[str, Any] = {"type": "text", "text": text or f"Question {number}?"}
    if mark in ("system", "both"):
        system["cache_control"] = {"type": "ephemeral"}
    if mark in ("user", "both"):
        block["cache_control"] = {"type": "ephemeral"}
    return {
        "model": "claude-sonnet-5",
        "max_tokens": 100,
        "system": [system],
        "messages": [{"role": "user", "content": [block]}],
        **more,
    }


def reminded(number: int) -> dict[str, Any]:
    body = chat(number)
    body["messages"][-1]["content"] += "\n(Answer with the drawer alone.)"
    return body


def block_tail(number: int) -> dict[str, Any]:
    body = chat(number)
    last = body["messages"][-1]
    last["content"] = [{"type": "text", "text": last["content"]}]
    return body


def with_reasoning(number: int) -> dict[str, Any]:
    body = chat(number)
    said = [m for m in body["messages"] if m["role"] == "assistant"]
    for message in said[-1:]:
        message["reasoning_content"] = "The drawers are numbered by part, so I divide. " * 4
    return body


def cleared(number: int) -> dict[str, Any]:
    body = calls(number)
    results = [m for m in body["messages"] if m["role"] == "tool"]
    for message in results[:-4]:
        message["content"] = "[cleared]"
    return body


def window(number: int, stride: int = 1) -> dict[str, Any]:
    first = max(0, number - 4) // stride * stride
    return chat(number, first=first)


def shuffled(number: int, items: list[str]) -> list[str]:
    return random.Random(number).sample(items, len(items))


def wrapped(bodies: list[dict[str, Any]], read: int, gap: float) -> list[dict[str, Any]]:
    usage = {"prompt_tokens": 2000, "prompt_tokens_details": {"cached_tokens": read}}
    return [
        {"time": 1_790_000_000 + n * gap, "request": body, "usage": usage}
        for n, body in enumerate(bodies)
    ]


def span(number: int) -> dict[str, Any]:
    body = single(number, f"It is 2026-10-0{number % 7 + 1} 10:{number:02}:11. {HEAD}")
    attributes = {
        "gen_ai.request.model": "gpt-5.1",
        "gen_ai.input.messages": json.dumps(body["messages"]),
    }
    return {
        "name": "chat",
        "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in attributes.items()],
    }


def logs() -> Iterator[tuple[str, list[Any], tuple[str, ...]]]:
    """Name, lines and the codes that are accepted; none where nothing is wrong."""
    n = range(10)
    yield (
        "clock_system",
        [single(i, f"Now: {9 + i % 9}:{i:02}. {HEAD}") for i in n],
        ("PFX101", "PFX201"),
    )
    yield (
        "clock_end_of_system",
        [chat(i, f"{HEAD}\nNow: 10:{i:02}:30") for i in n],
        ("PFX101", "PFX201"),
    )
    yield (
        "epoch_system",
        [single(i, f"[t={1790000000 + i * 61}] {HEAD}") for i in n],
        ("PFX101", "PFX201"),
    )
    yield (
        "uuid_system",
        [single(i, f"[{random.Random(i).getrandbits(128):032x}] {HEAD}") for i in n],
        ("PFX102", "PFX201"),
    )
    yield "counter_system", [chat(i, f"Round {i} of 40. {HEAD}") for i in n], ("PFX201",)
    yield (
        "user_first",
        [
            single(i, f"You talk to {('Ada', 'Grace', 'Edsger', 'Barbara', 'Alan')[i % 5]}. {HEAD}")
            for i in n
        ],
        ("PFX201", "PFX104"),
    )
    yield (
        "cwd_system",
        [single(i, f"Folder: /home/u{i % 3}/work. {HEAD}") for i in n],
        ("PFX105", "PFX201"),
    )
    yield (
        "items_shuffled",
        [
            single(
                i,
                "Topics: "
                + ", ".join(shuffled(i, ["wood", "steel", "glass", "paper", "clay"]))
                + ". "
                + HEAD,
            )
            for i in n
        ],
        ("PFX301", "PFX201"),
    )
    yield (
        "lines_shuffled",
        [
            single(i, "\n".join(shuffled(i, [f"- note {k}" for k in range(6)])) + "\n" + HEAD)
            for i in n
        ],
        ("PFX301", "PFX201"),
    )
    yield (
        "tools_reordered",
        [single(i, tools=[tool(t) for t in shuffled(i, list(NAMES))]) for i in n],
        ("PFX304", "PFX301"),
    )
    yield (
        "tools_subset_by_turn",
        [chat(i, tools=[tool(t) for t in NAMES[: 2 + i % 3]]) for i in n],
        ("PFX305",),
    )
    yield (
        "schema_keys",
        [single(i, tools=[tool("find", tuple(shuffled(i, ["a", "b", "c"])))]) for i in n],
        ("PFX302",),
    )
    yield "window_slides", [window(i) for i in range(14)], ("PFX207",)
    yield "vanishing_reminder", [reminded(i) for i in n], ("PFX207", "PFX209")
    yield "shape_flips", [block_tail(i) for i in n], ("PFX207", "PFX210")
    yield "reasoning_gone", [with_reasoning(i) for i in n], ("PFX211", "PFX207")
    yield "results_cleared", [cleared(i) for i in n], ("PFX207",)
    yield (
        "completion_order",
        [calls(i, order="completion") for i in n],
        ("PFX307", "PFX301", "PFX207"),
    )
    yield "ids_anew", [calls(i, ids="new") for i in n], ("PFX102", "PFX207")
    yield "arguments_sorted", [calls(i, spelled="sorted") for i in n], ("PFX303", "PFX207")
    yield (
        "choice_toggles",
        [chat(i, tools=[tool("find")], tool_choice="none" if i % 3 == 2 else "auto") for i in n],
        ("PFX605",),
    )
    yield (
        "thinking_toggles",
        [claude(i, thinking={"type": "enabled" if i % 2 else "disabled"}) for i in n],
        ("PFX605",),
    )
    yield (
        "mark_on_item",
        [claude(i, f"Essay {i}. " + f"word{i} " * 80, "user") for i in n],
        ("PFX602", "PFX604"),
    )
    yield "below_minimum", [claude(i, head="Answer in rhymes. " * 20) for i in n], ("PFX405",)
    yield (
        "below_minimum_unmarked",
        wrapped([single(i, "Answer in rhymes. " * 20) for i in n], 0, 10),
        ("PFX405",),
    )
    yield "key_per_call", [single(i, prompt_cache_key=f"k{i}") for i in n], ("PFX607",)
    yield "spans_with_clock", [span(i) for i in n], ("PFX101", "PFX201")
    yield "expired", wrapped([single(i) for i in n], 0, 4000), ("PFX610",)
    yield "not_read", wrapped([single(i) for i in n], 0, 5), ("PFX610",)
    # nothing is wrong with these
    yield "ok_growing", [chat(i) for i in n], ()
    yield "ok_singles", [single(i, tools=[tool(t) for t in NAMES]) for i in n], ()
    yield "ok_window_in_strides", [window(i, 8) for i in range(24)], ()
    yield "ok_calls", [calls(i) for i in n], ()
    yield "ok_marks", [claude(i) for i in n], ()
    yield (
        "ok_users_last",
        [single(i, f"{HEAD} You talk to {('Ada', 'Grace')[i % 2]}.") for i in n],
        (),
    )
    yield (
        "ok_two_programs",
        [
            b
            for i in n
            for b in (
                single(i),
                {
                    "model": "gpt-5.1",
                    "messages": [{"role": "user", "content": f"Translate: word {i}"}],
                },
            )
        ],
        (),
    )
    yield "ok_keys", [single(i, prompt_cache_key="parts") for i in n], ()
    yield (
        "ok_times_in_users",
        [
            {
                **b,
                "messages": [
                    b["messages"][0],
                    {"role": "user", "content": f"[10:{i:02}] Where is part {i}?"},
                ],
            }
            for i in n
            for b in [single(i)]
        ],
        (),
    )
