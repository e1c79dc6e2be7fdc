"""One conversation at an office, in ten forms of log: with a fault each, and six that are fine."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any

RULES = " ".join(
    f"Rule {n}: keep to chapter {n} of the handbook and name the page that you rely on."
    for n in range(1, 120)
)
QUESTIONS = (
    "Where is the form for a move?",
    "And for a dog?",
    "How long does it take?",
    "What does it cost?",
    "Can I pay by card?",
    "Who signs it?",
    "Is there an office on Sundays?",
    "Thank you, and by post?",
)
ANSWERS = tuple(f"Look at form {n + 12}, page {n + 3}." for n in range(8))
BEGIN = dt.datetime(2026, 11, 3, 9, 0, 7)
FIND = {
    "name": "find_form",
    "description": "Finds a form.",
    "input_schema": {"type": "object", "properties": {"id": {"type": "string"}}},
}
Line = dict[str, Any]
Log = tuple[str, list[Any], tuple[str, ...]]


def _said(turns: int, system: str | None = RULES, place: str = "") -> list[Line]:
    found: list[Line] = [{"role": "system", "content": system}] if system is not None else []
    for n in range(turns):
        found.append({"role": "user", "content": QUESTIONS[n] + place})
        if n < turns - 1:
            found.append({"role": "assistant", "content": ANSWERS[n]})
    return found


def _id(number: int) -> str:
    return f"{random.Random(number).getrandbits(128):032x}"


def _chat_ml(messages: list[Line]) -> str:
    texts = [f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages]
    return "".join(texts) + "<|im_start|>assistant\n"


def vllm_window() -> list[str]:
    """Lines of a vLLM server, other lines among them; four messages are kept."""
    lines = []
    for turn in range(1, 9):
        said = _said(turn)
        prompt = _chat_ml([said[0], *said[1:][-4:]])
        lines.append(
            f"INFO 11-03 09:{turn:02d}:07 [logger.py:43] Received request chatcmpl-{_id(turn)}: "
            f"prompt: {prompt!r}, params: SamplingParams(n=1, max_tokens=300), prompt_token_ids: None."
        )
        lines.append(f"INFO 11-03 09:{turn:02d}:09 [loggers.py:123] Engine 000: 512.1 tokens/s")
    return lines


def _sglang_clock() -> list[Line]:
    found = []
    for turn in range(1, 8):
        when = BEGIN + dt.timedelta(minutes=turn, seconds=13 * turn)
        text = _chat_ml(_said(turn, f"It is {when:%H:%M:%S}.\n{RULES}"))
        held = {"text": text, "sampling_params": {"max_new_tokens": 200}, "stream": True}
        found.append({"timestamp": when.isoformat(), "event": "request.received", "obj": held})
    return found


def _span(turn: int, tools: list[Line]) -> Line:
    said = _said(turn, None)
    parts = [
        {"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in said
    ]
    return {
        "name": "chat gpt-5.1",
        "traceId": f"{turn:032x}",
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5.1",
            "gen_ai.conversation.id": "conv-17",
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": RULES}]),
            "gen_ai.input.messages": json.dumps(parts),
            **({"gen_ai.tool.definitions": json.dumps(tools)} if tools else {}),
        },
    }


def _shuffled(turn: int) -> list[Line]:
    names = ["find_form", "send_form", "book", "cancel", "price"]
    random.Random(turn).shuffle(names)
    text = "Does {} for the office and says what was done."
    return [{"type": "function", "name": n, "description": text.format(n)} for n in names]


def _thought(number: int) -> str:
    return f"The person asks about number {number}. I look at the page and give it. " * 6


def _reasoning_dropped() -> list[Line]:
    found = []
    for turn in range(1, 8):
        said = _said(turn)
        if turn > 1:
            said[-2]["reasoning_content"] = _thought(turn - 2)
        answer = {
            "role": "assistant",
            "content": ANSWERS[turn - 1],
            "reasoning_content": _thought(turn - 1),
        }
        response = {"choices": [{"message": answer}]}
        model = "hosted_vllm/qwen3-32b"
        found.append(
            {"call_type": "acompletion", "model": model, "messages": said, "response": response}
        )
    return found


def _trace(turn: int) -> Line:
    body = {
        "model": "gpt-5.1",
        "instructions": f"{RULES}\nTrace: {_id(turn)}",
        "input": _said(turn, None),
    }
    return {"method": "POST", "url": "https://api.openai.com/v1/responses", "request": body}


def _in_blocks(turn: int) -> Line:
    said = _said(turn)
    mark = {"type": "text", "text": said[-1]["content"], "cache_control": {"type": "ephemeral"}}
    said[-1]["content"] = [mark]
    return {"body": {"model": "openrouter/z-ai/glm-4.7", "max_tokens": 500, "messages": said}}


def _emptied(turn: int) -> Line:
    said: list[Line] = [{"role": "user", "content": QUESTIONS[0]}]
    for n in range(1, turn):
        call = {
            "type": "tool_use",
            "id": f"toolu_{n}",
            "name": "find_form",
            "input": {"id": str(n)},
        }
        said.append({"role": "assistant", "content": [{"type": "text", "text": "I look."}, call]})
        text = f"Row {n}: " + "a long list of offices and their hours. " * 30
        text = text if n >= turn - 2 else "[old result removed]"
        result = {"type": "tool_result", "tool_use_id": f"toolu_{n}", "content": text}
        said.append({"role": "user", "content": [result]})
    system = [{"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}]
    return {
        "model": "claude-sonnet-5",
        "max_tokens": 800,
        "system": system,
        "tools": [FIND],
        "messages": said,
    }


def _reordered() -> list[Line]:
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": "price", "arguments": "{}"}}
        for n in range(3)
    ]
    results = [
        {
            "role": "tool",
            "tool_call_id": f"call_{n}",
            "content": f"The price of {n} is {n + 3}. " * 40,
        }
        for n in range(3)
    ]
    begun = [*_said(1), {"role": "assistant", "content": None, "tool_calls": calls}]
    later = [
        *begun,
        *results,
        {"role": "assistant", "content": "3, 4, 5."},
        {"role": "user", "content": "And all?"},
    ]
    last = [*later, {"role": "assistant", "content": "12."}, {"role": "user", "content": "Thanks."}]
    every = [_said(1), [*begun, results[2], *results[:2]], later, last]
    return [{"model": "gpt-5.1", "messages": messages} for messages in every]


def _summary_apart() -> list[Line]:
    def body(system: str, messages: list[Line], **more: Any) -> Line:
        return {
            "model": "claude-sonnet-5",
            "max_tokens": 900,
            "system": system,
            "messages": messages,
            **more,
        }

    asked = [
        {"role": "assistant", "content": ANSWERS[4]},
        {"role": "user", "content": "Summarise this."},
    ]
    turns = [body(RULES, _said(turn, None), tools=[FIND]) for turn in range(1, 6)]
    return [*turns, body("You summarise conversations.", _said(5, None) + asked)]


def _compacted_once() -> list[Line]:
    kept = [
        {"role": "system", "content": RULES},
        {"role": "user", "content": "So far: forms 12 to 20."},
    ]
    chats = [_said(turn) for turn in range(1, 9)] + [
        kept + _said(turn, None) for turn in range(1, 4)
    ]
    return [{"model": "gpt-5.1", "messages": messages} for messages in chats]


def office() -> Iterator[Log]:
    """Name, lines, and the codes that name the fault."""
    turns = range(1, 8)
    yield "office_vllm_window", vllm_window(), ("PFX207",)
    yield "office_sglang_clock", _sglang_clock(), ("PFX101", "PFX201")
    yield "office_span_tool_order", [_span(t, _shuffled(t)) for t in turns], ("PFX304", "PFX301")
    yield "office_reasoning", _reasoning_dropped(), ("PFX211", "PFX207")
    yield "office_trace", [_trace(t) for t in turns], ("PFX102", "PFX201")
    yield "office_blocks", [_in_blocks(t) for t in turns], ("PFX210", "PFX207")
    yield "office_emptied", [_emptied(t) for t in range(1, 9)], ("PFX207",)
    names = ("Ada", "Bo", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal")
    named = [
        {
            "model": "gpt-5.1",
            "messages": [{"role": "system", "content": f"You speak with {n}.\n{RULES}"}, q],
        }
        for n, q in zip(names, _said(8, None)[::2], strict=True)
    ]
    yield "office_names_first", named, ("PFX104", "PFX201")
    yield "office_reordered", _reordered(), ("PFX307", "PFX207", "PFX301")
    yield "office_summary_apart", _summary_apart(), ("PFX212",)
    growing = [{"request": {"model": "gpt-5.1", "messages": _said(t)}} for t in turns]
    yield "office_growing", growing, ()
    yield "office_spans", [_span(t, []) for t in turns], ()
    two = [
        {"model": "gpt-5.1", "messages": _said(t, RULES, p)}
        for t in turns
        for p in ("", " In the north.")
    ]
    yield "office_two_sessions", two, ()
    yield "office_compacted_once", _compacted_once(), ()
    orders = [
        {"level": "info", "message": f"order {_id(n)} placed", "messages": ["a mail"]}
        for n in range(8)
    ]
    yield "office_no_prompts", orders, ()
    at = [
        {
            "model": "gpt-5.1",
            "messages": [*_said(0), {"role": "user", "content": f"{9 + n}:00 {q}"}],
        }
        for n, q in enumerate(QUESTIONS)
    ]
    yield "office_times_in_questions", at, ()
