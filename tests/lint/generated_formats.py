"""One conversation in every form in which a log keeps it, sound and with each of several faults."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

RULES = "You keep the books of a small theatre. Never name a price that is not in the list. " * 40
TURNS = 12
Messages = list[dict[str, str]]
Line = dict[str, Any] | str


def conversation(turn: int) -> Messages:
    """What was said up to a turn's question."""
    said: Messages = []
    for n in range(turn + 1):
        said.append({"role": "user", "content": f"What is on row {n}? " + "Look twice. " * 6})
        if n < turn:
            said.append({"role": "assistant", "content": f"Row {n} is sold. " + "Surely. " * 6})
    return said


def _minute(turn: int) -> str:
    return f"2026-11-02 10:{turn:02d}:{turn * 7 % 60:02d}"


FAULTS: dict[str, tuple[Callable[[int], tuple[str, Messages]], tuple[str, ...]]] = {
    "sound": (lambda n: (RULES, conversation(n)), ()),
    "timed_question": (
        lambda n: (
            RULES,
            [
                {**m, "content": f"[{_minute(i)}] {m['content']}"}
                for i, m in enumerate(conversation(n))
            ],
        ),
        (),
    ),
    "clock": (lambda n: (f"It is {_minute(n)}.\n{RULES}", conversation(n)), ("PFX101",)),
    "nonce": (
        lambda n: (
            f"Request {random.Random(n).getrandbits(128):032x}\n{RULES}",
            conversation(n),
        ),
        ("PFX102",),
    ),
    "window": (lambda n: (RULES, conversation(n)[-7:]), ("PFX207",)),
}
"""What a turn sends, and the codes of which one has to be found."""


def chat(n: int, system: str, said: Messages) -> Line:
    return {"model": "gpt-5.1", "messages": [{"role": "system", "content": system}, *said]}


def anthropic(n: int, system: str, said: Messages) -> Line:
    return {"model": "claude-sonnet-5", "max_tokens": 99, "system": system, "messages": said}


def marked(n: int, system: str, said: Messages) -> Line:
    """With breakpoints behind the system text and on the newest message, which moves on."""
    mark = {"cache_control": {"type": "ephemeral"}}
    newest = {"role": "user", "content": [{"type": "text", "text": said[-1]["content"], **mark}]}
    return {
        "model": "claude-sonnet-5",
        "max_tokens": 99,
        "system": [{"type": "text", "text": system, **mark}],
        "messages": [*said[:-1], newest],
    }


def responses(n: int, system: str, said: Messages) -> Line:
    kinds = {"user": "input_text", "assistant": "output_text"}
    items = [
        {"role": m["role"], "content": [{"type": kinds[m["role"]], "text": m["content"]}]}
        for m in said
    ]
    return {"model": "gpt-5.1", "instructions": system, "input": items}


def litellm(n: int, system: str, said: Messages) -> Line:
    return {
        "id": f"call-{n}",
        "call_type": "acompletion",
        "model": "gpt-5.1",
        "startTime": 1_790_000_000 + 20 * n,
        "messages": [{"role": "system", "content": system}, *said],
        "response": {"usage": {"prompt_tokens": 900 + n}},
    }


def _attributes(system: str, said: Messages) -> dict[str, str]:
    parts = [
        {"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in said
    ]
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5.1",
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": system}]),
        "gen_ai.input.messages": json.dumps(parts),
    }


def span(n: int, system: str, said: Messages) -> Line:
    return {
        "name": "chat gpt-5.1",
        "trace_id": f"{n:032x}",
        "start_time": f"2026-11-02T10:{n:02d}:00Z",
        "attributes": _attributes(system, said),
    }


def otlp(n: int, system: str, said: Messages) -> Line:
    """As collectors write spans: nested, attributes as pairs."""
    pairs = [{"key": k, "value": {"stringValue": v}} for k, v in _attributes(system, said).items()]
    one = {"name": "chat", "startTimeUnixNano": str(10**18 + n * 10**10), "attributes": pairs}
    return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "x"}, "spans": [one]}]}]}


def _rendered(system: str, said: Messages) -> str:
    turns = [{"role": "system", "content": system}, *said]
    text = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in turns)
    return f"{text}<|im_start|>assistant\n"


def completions(n: int, system: str, said: Messages) -> Line:
    return {"model": "qwen", "prompt": _rendered(system, said), "max_tokens": 20}


def vllm(n: int, system: str, said: Messages) -> Line:
    return (
        f"INFO 11-02 10:{n:02d}:00 [logger.py:43] Received request cmpl-{n:032x}: "
        f"prompt: {_rendered(system, said)!r}, params: SamplingParams(n=1, temperature=0.7), "
        "prompt_token_ids: None, lora_request: None."
    )


def sglang(n: int, system: str, said: Messages) -> Line:
    return (
        f"[2026-11-02 10:{n:02d}:00] Receive: obj=GenerateReqInput(rid='{n:032x}', "
        f"text={_rendered(system, said)!r}, input_ids=None, sampling_params={{}}, stream=False)"
    )


FORMS = (
    chat, anthropic, marked, responses, litellm, span, otlp, completions, vllm, sglang,
)  # fmt: skip


def formats() -> Iterator[tuple[str, list[Line], tuple[str, ...]]]:
    """Every form with every fault."""
    for form in FORMS:
        for fault, (sent, codes) in FAULTS.items():
            yield f"{form.__name__}_{fault}", [form(n, *sent(n)) for n in range(TURNS)], codes
