"""Bodies of requests: tables that hold messages and a model, posted as they are or as JSON, alone or in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..messages import dict_of, options_of
from ..values import DictV, ListV, Opaque, Text, Value

_BESIDE = frozenset(
    "model system anthropic_version max_tokens temperature stream tools modelId "
    "systemInstruction system_instruction generationConfig generation_config safetySettings".split()
)
_INSIDE = ("body", "request", "payload", "params", "json", "data", "input")
_MESSAGES = ("messages", "input", "contents")
_HEADS = ("system", "instructions", "tools")
_PLAIN = {"system_instruction": "system", "system_prompt": "system", "system_message": "system"}


def body_in(value: Value | None, depth: int = 3) -> DictV | None:
    """The body of a request that a value is, or holds under a name for such."""
    for option in options_of(value) if value is not None else ():
        if not isinstance(option, DictV):
            continue
        if option.fields.keys() & _BESIDE and any(
            _holds_messages(option.fields[key], key == "messages" and "model" in option.fields)
            for key in _MESSAGES
            if key in option.fields
        ):
            return option
        for key in _INSIDE if depth else ():
            inner = body_in(option.fields.get(key), depth - 1)
            if inner is not None:
                return inner
    return None


_RAW = {
    "text": frozenset({"sampling_params"}),
    "prompt": frozenset({"sampling_params", "max_tokens", "n_predict", "stop"}),
    "inputs": frozenset({"parameters"}),
}
"""Where a body holds a whole prompt, and what it says beside that of how a model goes on from it."""


def raw_prompt_in(value: Value | None) -> Value | None:
    """The whole prompt of a body from whose very end a model goes on: no chat template stands between."""
    for option in options_of(value) if value is not None else ():
        if not isinstance(option, DictV):
            continue
        for key, beside in _RAW.items():
            if option.fields.keys() & beside and is_long(option.fields.get(key)):
                return option.fields[key]
    return None


def forwarded(
    statics: Mapping[tuple[int, str], tuple[object, Value]], value: Value
) -> DictV | None:
    """A body that came in and goes on, where the program sets a part of it that a model reads."""
    if isinstance(value, Opaque):
        held = ((key, statics.get((id(value), f"[{key!r}]"))) for key in (*_MESSAGES, *_HEADS))
        return sent_on((key, each[1]) for key, each in held if each is not None)
    if isinstance(value, DictV) and value.rest is not None:  # `{**body, "system": ...}`
        return sent_on((key, each) for key, each in value.fields.items() if isinstance(key, str))
    return None


def sent_on(parts: Iterable[tuple[str, Value]]) -> DictV | None:
    """A body of which some parts are set; None where none of them is one that a model reads."""
    fields: dict[object, Value] = {
        _PLAIN.get(key, key): value
        for key, value in parts
        if _PLAIN.get(key, key) in (*_MESSAGES, *_HEADS)
    }
    if not fields:
        return None
    if not fields.keys() & set(_MESSAGES):
        fields["input" if "instructions" in fields else "messages"] = Opaque(label="history")
    return DictV({"model": Opaque(label="model"), **fields})


def _holds_messages(value: Value, is_told: bool) -> bool:
    for option in options_of(value):
        if is_told and isinstance(option, Opaque):
            return True
        if isinstance(option, ListV) and any(_is_message(item.value) for item in option.items):
            return True
    return False


def _is_message(value: Value) -> bool:
    held = dict_of(value)
    return held is not None and "role" in held.fields


def flattened(kwargs: Mapping[str, Value]) -> dict[str, Value]:
    """Keywords, and what tables among them hold: options, settings, an input."""
    found: dict[str, Value] = {}
    for name, value in kwargs.items():
        if name in _TABLES and isinstance(value, DictV):
            found |= {str(key): held for key, held in value.fields.items()}
    return {**found, **kwargs}


_TABLES = frozenset(
    "options config input session settings params body generation_config default_options agent_config".split()
)


def is_long(value: Value | None, least: int = 400) -> bool:
    """Whether a value is a text with much in it that is known, or a list of such."""
    for option in options_of(value) if value is not None else ():
        if isinstance(option, ListV):
            return any(is_long(item.value, least) for item in option.items)
        words = getattr(option, "parts", ()) if isinstance(option, Text) else ()
        if sum(len(getattr(part, "text", "")) for part in words) >= least:
            return True
    return False
