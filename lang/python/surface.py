"""What a program written in Python appends to its prompt: `gen`, `select`, roles, images, and text.

These are values without behaviour. Direct mode appends them one by one; source lowering recognises
the functions by identity (`PRIMITIVES`) and never calls them. Names and meaning are SGLang's; sampling
parameters derive from `ir.sampling.Sampling`.
"""

from __future__ import annotations

import difflib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import CodeType, FrameType
from typing import Any

from ...ir.ops import Role
from ...ir.sampling import (
    CONSTRAINED_STYLES,
    SAMPLING_FIELDS,
    SELECT_METHODS,
    Constraint,
    SelectMethod,
)
from ...ir.values.image_bytes import source_of
from .appendable import (
    Appendable,
    EdgeMark,
    GenMark,
    ImageMark,
    Joined,
    Place,
    SelectMark,
    items_of,
)
from .thinking import parted, separated
from .tools import Tool, must_call, tools_of


def text_appended(what: Any) -> str:
    """What `s +=` of something that is no call of ours appends. Raises TypeError."""
    if isinstance(what, str):
        return what
    if isinstance(what, list | tuple):
        return "".join(map(text_appended, what))
    raise TypeError(
        f"`s +=` takes text and what sglc's functions make, not a {type(what).__name__}"
    )


# --- gen and select -----------------------------------------------------------------------------

_SGLANG_ORDER = (
    "name", "max_tokens", "min_tokens", "n", "stop", "stop_token_ids", "stop_regex", "temperature",
    "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "ignore_eos", "return_logprob",
    "logprob_start_len", "top_logprobs_num", "return_text_in_logprobs", "dtype", "choices",
    "choices_method", "regex", "json_schema",
)  # fmt: skip
"""The order in which positional arguments have always come."""
ALIASES = {
    "return_logprob": "logprobs",
    "top_logprobs_num": "top_logprobs",
    "max_new_tokens": "max_tokens",
}
"""Names of SGLang for fields of `Sampling`."""
IGNORED = frozenset({"logprob_start_len", "return_text_in_logprobs"})
"""Accepted and without effect: log probabilities always start at the answer, and text is always there."""
_CONSTRAINTS = ("regex", "json_schema", "ebnf")
_OURS = tuple(name for name in SAMPLING_FIELDS if name not in _SGLANG_ORDER)
GEN_PARAMETERS = (
    *_SGLANG_ORDER, "ebnf", *_OURS, "max_thinking_tokens", "constrained_style", "tools", "tool_choice",
    "parallel_tool_calls",
)  # fmt: skip
_HOW_TO_CALL = ("tool_choice", "parallel_tool_calls")
_NOT_FOR_TYPED = {
    "min_tokens",
    "dtype",
    "choices",
    "choices_method",
    "regex",
    "json_schema",
    "ebnf",
    "constrained_style",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
}


def signature_of(names: tuple[str, ...]) -> inspect.Signature:
    """A signature of optional parameters; `name` may be positional as all others may."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, kind, default=None) for name in names])


def sampling_given(given: Mapping[str, Any]) -> dict[str, Any]:
    """The sampling parameters among arguments, by the names of `Sampling`; None means not given."""
    named = {ALIASES.get(name, name): value for name, value in given.items() if value is not None}
    return {name: _frozen(value) for name, value in named.items() if name in SAMPLING_FIELDS}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_GEN = signature_of(GEN_PARAMETERS)
_TYPED = signature_of(tuple(name for name in GEN_PARAMETERS if name not in _NOT_FOR_TYPED))


def _bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The arguments by name. Raises TypeError, with the name that is close to an unknown one."""
    for name in kwargs:
        if name not in signature.parameters:
            close = nearest(name, signature.parameters)
            raise TypeError(f"got an unexpected keyword argument '{name}'; {close}")
    return signature.bind(*args, **kwargs).arguments


def nearest(name: str, names: Iterable[str]) -> str:
    """Which of several names an unknown one may mean."""
    close = difflib.get_close_matches(name, list(names), 1)
    return f"`{close[0]}` is one" if close else f"there are {', '.join(names)}"


def gen(*args: Any, **kwargs: Any) -> Appendable:
    """Ask the model to continue the prompt. With `choices` it is a `select`."""
    return asked(replace(mark_of(_bound(_GEN, args, kwargs)), place=caller()))


def gen_int(*args: Any, **kwargs: Any) -> Appendable:
    """A `gen` whose answer is an integer."""
    given = {**_bound(_TYPED, args, kwargs), "dtype": int}
    return asked(replace(mark_of(given), place=caller()))


def gen_string(*args: Any, **kwargs: Any) -> Appendable:
    """A `gen` whose answer is a quoted string of words."""
    given = {**_bound(_TYPED, args, kwargs), "dtype": str}
    return asked(replace(mark_of(given), place=caller()))


def separate_reasoning(expr: Appendable, model_type: str = "") -> Appendable:
    """Calls that think first; `name_reasoning_content` has what `name` thought.

    `model_type` is accepted and has no effect: how reasoning is written is said by the model's own template.
    """
    del model_type
    found: list[Appendable | str] = []
    for item in items_of(expr):
        is_plain = isinstance(item, GenMark) and "thinking" not in item.given
        found += (
            items_of(asked(separated(item))) if isinstance(item, GenMark) and is_plain else [item]
        )
    return Joined(tuple(found))


def asked(mark: GenMark | SelectMark) -> Appendable:
    """A call, with the reasoning that is asked for before it."""
    if isinstance(mark, SelectMark) or not mark.thinks:
        return mark
    thought, answer = parted(mark)
    return Joined((EdgeMark("thinking", "begin"), thought, EdgeMark("thinking", "end"), answer))


for _function, _signature in ((gen, _GEN), (gen_int, _TYPED), (gen_string, _TYPED)):
    _function.__signature__ = _signature  # type: ignore[attr-defined]


def select(
    name: str | None = None,
    choices: list[str] | None = None,
    temperature: float = 0.0,
    choices_method: SelectMethod | Any = "token_length_normalized",
) -> SelectMark:
    """Ask the model which of the choices follows best."""
    if temperature > 1e-5:
        raise ValueError("select picks the best choice: its temperature must be 0")
    return SelectMark(name, choices_of(choices), method_of(choices_method), caller())


_MOST_FRAMES = 64


def caller() -> Place:
    """Where what asks, or forks, was called: the functions outside of this package."""
    found: list[tuple[CodeType, int]] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and len(found) < _MOST_FRAMES:
        if not str(frame.f_globals.get("__name__")).startswith("sglc."):
            found.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return Place(tuple(found))


def mark_of(given: Mapping[str, Any]) -> GenMark | SelectMark:
    """The mark that the arguments of a `gen` make; also used by source lowering."""
    name = given.get("name")
    if given.get("choices") is not None:
        return SelectMark(
            name, choices_of(given["choices"]), method_of(given.get("choices_method"))
        )
    sampling = sampling_given(given)
    constraint, stops = constraint_of(given)
    if stops:
        sampling["stop"] = (*_as_tuple(sampling.get("stop", ())), *stops)
    schema = given.get("json_schema")
    budget = given.get("max_thinking_tokens")
    is_class = isinstance(schema, type)
    return GenMark(
        name, sampling, constraint, schema if is_class else None, None, budget, *_tools_of(given)
    )


def _tools_of(given: Mapping[str, Any]) -> tuple[tuple[Tool, ...], bool, bool]:
    """What a call may call, whether it calls one of them, and maybe more. Raises TypeError, ValueError."""
    is_forced = must_call(given.get("tool_choice"))
    several = given.get("parallel_tool_calls")
    if several not in (None, True, False):
        raise ValueError(f"`parallel_tool_calls` is True or False, not {several!r}")
    if given.get("tools") is None:
        other = next((n for n in _HOW_TO_CALL if given.get(n) is not None), "")
        if other:
            raise ValueError(f"`{other}` without `tools`: `tools=[search]` names functions")
        return (), False, False
    other = next(
        (name for name in (*_CONSTRAINTS, "dtype", "n") if given.get(name) is not None), ""
    )
    if other:
        raise ValueError(
            f"`{other}` has no effect on a call of a tool: the tools say what a call is"
        )
    return tools_of(given["tools"]), is_forced, several is True


def _as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def choices_of(choices: Any) -> tuple[str, ...]:
    """The choices of a select, checked. Raises TypeError."""
    if isinstance(choices, str) or not choices or not all(isinstance(c, str) for c in choices):
        raise TypeError("`choices` must be a list of texts, with at least one")
    return tuple(choices)


def method_of(method: Any) -> SelectMethod:
    """A choices method by name, or by the object of that name. Raises ValueError."""
    name = getattr(method, "name", None) or getattr(method, "__name__", None) or method
    if name is None:
        return "token_length_normalized"
    if name not in SELECT_METHODS:
        raise ValueError(f"no choices method {name!r}; there are {', '.join(SELECT_METHODS)}")
    return name


# --- constraints --------------------------------------------------------------------------------

REGEX_OF_TYPE = {
    "int": r"[-+]?[0-9]+[ \n]*",
    "float": r"[-+]?[0-9]*\.?[0-9]+[ \n]*",
    "bool": r"(True|False)",
    "str": r"\"[\w\d\s]*\"",
}
"""The patterns of `dtype=`, and for numbers the stops " " and newline: SGLang's."""


def constraint_of(given: Mapping[str, Any]) -> tuple[Constraint | None, tuple[str, ...]]:
    """What constrains a gen, and the stops that come with it. Raises TypeError, ValueError."""
    style = _style_of(given)
    asked = [name for name in _CONSTRAINTS if given.get(name) is not None]
    if len(asked) > 1:
        raise ValueError(f"one gen takes one constraint, not {' and '.join(asked)}")
    dtype = given.get("dtype")
    if dtype is not None:
        name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", "")
        if name not in REGEX_OF_TYPE:
            raise TypeError(f"dtype must be int, float, str or bool, not {dtype!r}")
        stops = (" ", "\n") if name in ("int", "float") else ()
        return Constraint("regex", REGEX_OF_TYPE[name]), stops
    if not asked:
        return None, ()
    kind: Any = {"regex": "regex", "json_schema": "json", "ebnf": "grammar"}[asked[0]]
    value = given[asked[0]]
    return Constraint(kind, schema_text(value) if kind == "json" else value, style), ()


def _style_of(given: Mapping[str, Any]) -> Any:
    """Whose white space a JSON schema's output has. Raises ValueError."""
    style = given.get("constrained_style")
    if style is None:
        return "canonical"
    if style not in CONSTRAINED_STYLES:
        raise ValueError(f"constrained_style must be 'canonical' or 'free', not {style!r}")
    if given.get("json_schema") is None:
        raise ValueError(
            "constrained_style is the style of a json_schema, known when the call is made"
        )
    return style


def schema_text(schema: Any) -> str:
    """A JSON schema as text: from a pydantic class, a dict, or JSON text. Raises TypeError, ValueError."""
    if isinstance(schema, str):
        if not isinstance(json.loads(schema), dict):
            raise ValueError("a JSON schema is an object")
        return schema
    if isinstance(schema, dict):
        return json.dumps(schema)
    make = getattr(schema, "model_json_schema", None)
    if make is None:
        raise TypeError("`json_schema` takes a pydantic class, a dict or JSON text")
    return json.dumps(make())


# --- roles and images ---------------------------------------------------------------------------


def role_begin(role: Role) -> EdgeMark:
    """The begin of a turn."""
    return EdgeMark(role, "begin")


def role_end(role: Role) -> EdgeMark:
    """The end of a turn."""
    return EdgeMark(role, "end")


def _turn(role: Role, content: Appendable | str | None) -> Appendable:
    """A whole turn. Without content it is an empty one, as in SGLang."""
    inner = () if content is None else items_of(content)
    return Joined((EdgeMark(role, "begin"), *inner, EdgeMark(role, "end")))


def system(expr: Appendable | str | None = None) -> Appendable:
    """A system turn."""
    return _turn("system", expr)


def user(expr: Appendable | str | None = None) -> Appendable:
    """A user turn."""
    return _turn("user", expr)


def assistant(expr: Appendable | str | None = None) -> Appendable:
    """An assistant turn."""
    return _turn("assistant", expr)


def tool(expr: Appendable | str | None = None) -> Appendable:
    """A turn of a tool: what it gave to the call before."""
    return _turn("tool", expr)


def system_begin() -> EdgeMark:
    """Open a system turn."""
    return EdgeMark("system", "begin")


def system_end() -> EdgeMark:
    """Close a system turn."""
    return EdgeMark("system", "end")


def user_begin() -> EdgeMark:
    """Open a user turn."""
    return EdgeMark("user", "begin")


def user_end() -> EdgeMark:
    """Close a user turn."""
    return EdgeMark("user", "end")


def assistant_begin() -> EdgeMark:
    """Open an assistant turn."""
    return EdgeMark("assistant", "begin")


def assistant_end() -> EdgeMark:
    """Close an assistant turn."""
    return EdgeMark("assistant", "end")


def tool_begin() -> EdgeMark:
    """Open a turn of a tool."""
    return EdgeMark("tool", "begin")


def tool_end() -> EdgeMark:
    """Close a turn of a tool."""
    return EdgeMark("tool", "end")


def image(expr: str | os.PathLike[str] | bytes) -> ImageMark:
    """Append an image: a path, a URL, or its bytes. Raises TypeError, and ValueError for bytes that are no image."""
    return ImageMark(source_of(expr))


PRIMITIVES: Mapping[Callable[..., Any], str] = {
    function: function.__name__
    for function in (
        gen, gen_int, gen_string, select, separate_reasoning, image, system, user, assistant, tool, system_begin,
        system_end, user_begin, user_end, assistant_begin, assistant_end, tool_begin, tool_end,
    )
}  # fmt: skip
"""The functions that source lowering knows, by identity."""
