"""A conversation with tools at every other turn, in four forms of log: what changes in it comes with what is new."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

RULES = " ".join(
    f"Rule {n}: weigh the clay of shelf {n} before it is fired." for n in range(1, 110)
)
TURNS = 12
Line = dict[str, Any]
Said = list[Line]


def _round(n: int) -> Said:
    """A question and what follows it: at even turns two calls with their results."""
    rng = random.Random(n)
    said: Said = [{"role": "user", "text": f"Question {n}: what is on shelf {rng.randint(1, 90)}?"}]
    if n % 2 == 0:
        said.append({"role": "assistant", "text": "", "calls": _calls(n)})
        said.append({"role": "tool", "results": [(f"c{n}{k}", _found(n, k)) for k in "ab"]})
    said.append(
        {"role": "assistant", "text": f"Shelf {n} holds bowls. " * 4, "thought": _thought(n)}
    )
    return said


def _calls(n: int) -> list[tuple[str, Line]]:
    return [
        (f"c{n}{k}", {"shelf": n, "glaze": f"grün {k}", "at": {"row": 2, "col": 1}}) for k in "ab"
    ]


def _found(n: int, k: str) -> str:
    return f"{k}{n}: " + "three bowls, two mugs, one jug with a chip. " * 6


def _thought(n: int) -> str:
    return f"Shelf {n} was moved, so I look twice. " * 6


def requests(turns: int = TURNS) -> Iterator[Said]:
    """What is sent, call by call: a question, and then the results that it took."""
    before: Said = []
    for n in range(turns):
        said = _round(n)
        yield deepcopy([*before, said[0]])
        if n % 2 == 0:
            yield deepcopy([*before, *said[:3]])
        before += said


# --- what is done to them: the number of a call, and its messages ---------------------------------------------


def sound(i: int, said: Said) -> None:
    """Nothing."""


def shortened(i: int, said: Said) -> None:
    """Only the newest results are whole."""
    _shorten(said, 1)


def shortened_in_strides(i: int, said: Said) -> None:
    """Results are shortened four at a time."""
    _shorten(said, len(_with(said, "results")) % 4 + 1)


def _shorten(said: Said, kept: int) -> None:
    for message in _with(said, "results")[:-kept]:
        message["results"] = [(name, text[:20]) for name, text in message["results"]]


def as_they_end(i: int, said: Said) -> None:
    """The newest results are sent in the order in which calls end."""
    if said[-1]["role"] == "tool":
        said[-1]["results"] = said[-1]["results"][::-1]


def spelled_anew(i: int, said: Said) -> None:
    """Arguments of calls are written down anew once they are history."""
    for message in (
        _with(said, "calls")[:-1] if said[-1]["role"] == "tool" else _with(said, "calls")
    ):
        message["is_sorted"] = True


def thoughts_of_newest(i: int, said: Said) -> None:
    """Only the newest answer keeps its reasoning."""
    for message in _with(said, "thought")[:-1]:
        del message["thought"]


def stamped_anew(i: int, said: Said) -> None:
    """Each question begins with the time of this call."""
    for message in said:
        if message["role"] == "user":
            message["text"] = f"[{9 + i // 60:02d}:{i % 60:02d}] {message['text']}"


def stamped_once(i: int, said: Said) -> None:
    """Each question begins with the time at which it was asked."""
    for n, message in enumerate(m for m in said if m["role"] == "user"):
        message["text"] = f"[09:{n:02d}] {message['text']}"


def _with(said: Said, key: str) -> Said:
    return [message for message in said if key in message]


FAULTS: dict[Callable[[int, Said], None], tuple[str, ...]] = {
    sound: (),
    stamped_once: (),
    shortened_in_strides: (),
    shortened: ("PFX207",),
    as_they_end: ("PFX307", "PFX301", "PFX207"),
    spelled_anew: ("PFX303", "PFX207"),
    thoughts_of_newest: ("PFX211", "PFX207"),
    stamped_anew: ("PFX101", "PFX207"),
}


# --- forms ----------------------------------------------------------------------------------------------------


def _spelled(message: Line, arguments: Line) -> str:
    return json.dumps(arguments, sort_keys=message.get("is_sorted", False))


def chat(said: Said) -> Line:
    """A body of OpenAI's."""
    sent: list[Line] = [{"role": "system", "content": RULES}]
    for m in said:
        if m["role"] == "tool":
            sent += [{"role": "tool", "tool_call_id": i, "content": t} for i, t in m["results"]]
            continue
        made: Line = {"role": m["role"], "content": m["text"] or None}
        if "thought" in m:
            made["reasoning_content"] = m["thought"]
        if "calls" in m:
            functions = [(i, {"name": "look", "arguments": _spelled(m, a)}) for i, a in m["calls"]]
            made["tool_calls"] = [
                {"id": i, "type": "function", "function": f} for i, f in functions
            ]
        sent.append(made)
    return {"request": {"model": "deepseek-v3.2", "messages": sent}}


def claude(said: Said) -> Line:
    """A body of Anthropic's, with breakpoints behind the rules and on the newest block."""
    mark = {"cache_control": {"type": "ephemeral"}}
    sent: list[Line] = []
    for m in said:
        blocks: list[Line] = []
        if "thought" in m:
            blocks.append({"type": "thinking", "thinking": m["thought"], "signature": "s"})
        if m.get("text"):
            blocks.append({"type": "text", "text": m["text"]})
        for i, a in m.get("calls", ()):
            held = json.loads(_spelled(m, a))
            blocks.append({"type": "tool_use", "id": i, "name": "look", "input": held})
        for i, t in m.get("results", ()):
            blocks.append({"type": "tool_result", "tool_use_id": i, "content": t})
        sent.append(
            {"role": "assistant" if m["role"] == "assistant" else "user", "content": blocks}
        )
    sent[-1]["content"][-1] |= mark
    system = [{"type": "text", "text": RULES, **mark}]
    return {"body": json.dumps({"model": "claude-sonnet-5", "system": system, "messages": sent})}


def _written(m: Line) -> str:
    thought = f"<think>\n{m['thought']}</think>\n\n" if "thought" in m else ""
    calls = [
        f'\n<tool_call>\n{{"name": "look", "arguments": {_spelled(m, a)}}}\n</tool_call>'
        for _, a in m.get("calls", ())
    ]
    return thought + m["text"] + "".join(calls)


def vllm(said: Said) -> str:
    """A line of a server, its prompt rendered with opening and closing marks."""
    text = f"<|im_start|>system\n{RULES}<|im_end|>\n"
    for m in said:
        results = (f"<tool_response>\n{t}\n</tool_response>" for _, t in m.get("results", ()))
        inner = "\n".join(results) or _written(m)
        role = "user" if m["role"] == "tool" else m["role"]
        text += f"<|im_start|>{role}\n{inner}<|im_end|>\n"
    prompt = f"{text}<|im_start|>assistant\n"
    number = f"{len(text):08x}"
    return f"INFO 11-04 09:00:00 [logger.py:43] Received request cmpl-{number}: prompt: {prompt!r}, params: None."


def llama(said: Said) -> Line:
    """A body with a whole prompt, each result in a turn of its own."""
    turns = [("system", RULES)]
    for m in said:
        turns += [("ipython", t) for _, t in m.get("results", ())] or [(m["role"], _written(m))]
    text = "".join(f"<|start_header_id|>{r}<|end_header_id|>\n\n{t}<|eot_id|>" for r, t in turns)
    opened = "<|start_header_id|>assistant<|end_header_id|>\n\n"
    return {"model": "llama-3.3-70b", "prompt": text + opened, "max_tokens": 90}


_OWN = ("the bowls jugs lids tiles", "a crate letter stamp price", "one wheel kiln cone shelf")


def _orders(which: int, many: int) -> list[str]:
    """Rules of a kind: verbs that all agents have, and things that only some have."""
    rng = random.Random(which)
    verbs, (one, *things) = ("weigh", "turn", "move", "count"), _OWN[which].split()
    return [
        f"First {rng.choice(verbs)} {one} {rng.choice(things)} of row {n}." for n in range(many)
    ]


def _beside(i: int, tools_of: Callable[[int], list[str]]) -> Line:
    """A call of one of two agents that take turns, each with rules of its own that hold much of the other's."""
    which = i % 2
    rules = " ".join(_orders(0, 40) + _orders(which + 1, 40))
    tools = [{"type": "function", "name": n, "parameters": {}} for n in tools_of(i)]
    said = [{"role": "user", "content": f"Question {n} of {which}"} for n in range(i // 2 + 1)]
    body = {"model": "gpt-5.1", "instructions": rules, "tools": tools, "input": said}
    return {"path": "/v1/responses", "body": body}


def _lot(i: int, text: str) -> Line:
    message = {
        "role": "user",
        "content": text.format(f"Lot {i}: a {'red blue old'.split()[i % 3]} jug"),
    }
    body = {"model": "gpt-5.1-mini", "messages": [message]}
    return {"custom_id": f"lot-{i}", "url": "/v1/chat/completions", "body": body}


def more() -> Iterator[tuple[str, list[Line | str], tuple[str, ...]]]:
    """Two agents beside one another, and batches without system text."""
    own = [["weigh", "fire"], ["sell", "pack"]]
    yield "two_agents", [_beside(i, lambda i: own[i % 2]) for i in range(24)], ()
    mixed = [_beside(i, lambda i: [*own[i % 2], "mail"][: 2 + i // 2 % 2]) for i in range(24)]
    yield "two_agents_tools_change", list(mixed), ("PFX305",)
    yield "batch_lot_last", [_lot(i, f"{RULES}\n\n{{}}") for i in range(12)], ()
    lots = [_lot(i, f"{{}}\n\n{RULES}") for i in range(12)]
    yield "batch_lot_first", list(lots), ("PFX201", "PFX202", "PFX203")


def pottery() -> Iterator[tuple[str, list[Line | str], tuple[str, ...]]]:
    """Every form with every fault."""
    for form in (chat, claude, vllm, llama):
        for fault, codes in FAULTS.items():
            lines: list[Line | str] = []
            for i, said in enumerate(requests()):
                fault(i, said)
                lines.append(form(said))
            yield f"pottery_{form.__name__}_{fault.__name__}", lines, codes
    yield from more()
