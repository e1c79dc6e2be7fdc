"""Schemas that a call makes of what it is given: another text for each kind of thing, in front of everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...finding import Cause
from ...layout import REQUEST, Request
from ..machine import Run
from ..messages import options_of
from ..requests import Given
from ..taints import Taint
from ..telling import evidence_of
from ..values import Const, DictV, ListV, Opaque, Value

OPTIONS = frozenset(
    "response_format text text_format format output_config response_schema response_model guided_json "
    "output_format output_schema".split()
)
_MEMBERS = frozenset({"properties", "enum", "required", "fields", "anyOf", "oneOf"})
"""What a schema lists: the rest of it says of which type they are."""

_FIXED = re.compile(
    r"schema|tools?$|config|cfg|settings|options|spec|registry|functions|deps|ctx|context|agent|self"
)
"""Parameters that are the same for all calls of a program, mostly."""


def judge_schemas(run: Run, given: Given, request: Request) -> None:
    """Note schemas whose members the function that is followed is given with each call."""
    for name in OPTIONS & given.options.keys():
        _judge(run, given, request, name, given.options[name], Cause.OPTION)
    for item in given.tools.items if isinstance(given.tools, ListV) else ():
        for tool in options_of(item.value):
            if isinstance(tool, DictV) and not item.many:
                _judge(run, given, request, "tools", tool, Cause.TOOL_SET)


def _judge(
    run: Run, given: Given, request: Request, name: str, schema: Value, cause: Cause
) -> None:
    for label in _members(schema):
        parameter = re.split(r"[.\[(]", label)[0]
        if _is_of_call(run, parameter):
            place = given.places.get(name, request.sink)
            is_option = cause is Cause.OPTION
            made = f"made of `{parameter}`, which each call is given"
            what = f"`{name}`, {made}," if is_option else f"a tool is {made}"
            taint = Taint(cause, REQUEST, place, what)
            run.evidence.append(evidence_of(request, cause, taint, more="everything"))
            return


def _is_of_call(run: Run, parameter: str) -> bool:
    """Whether a name is a parameter of the function that is followed, which nothing in the project calls."""
    outer = run.frames[0] if run.frames else None
    if outer is None or parameter not in outer.params - {outer.me} or _FIXED.search(parameter):
        return False
    name = outer.name.rpartition(".")[2]
    calls = re.compile(rf"(?<!def )\b{re.escape(name)}\(")
    stem = outer.module.name.rpartition(".")[2]
    modules = (m for m in run.project.by_file.values() if m is outer.module or stem in m.text)
    return not any(calls.search(module.text) for module in modules)


def _members(value: Value, depth: int = 8, listed: bool = False) -> Iterator[str]:
    """The unknown values among the members of a schema, by their names."""
    if not depth:
        return
    match value:
        case Opaque(label=label, taints=taints, is_fixed=False) if listed and label:
            if all(
                taint.needs for taint in taints
            ):  # it varies within what it is gone through alone
                yield label
        case DictV(fields=fields, rest=rest, key=key):
            yield from _members(key, depth - 1, True) if key is not None else ()
            yield from _fields(fields, depth, listed)
            yield from _members(rest, depth - 1, listed) if rest is not None else ()
        case ListV(items=items, shape=shape) if (
            not shape
        ):  # an order that is not fixed is told by itself
            for item in items:
                yield from _members(item.value, depth - 1, listed)
        case _:
            for option in options_of(value) if not isinstance(value, Const) else ():
                if option is not value:
                    yield from _members(option, depth - 1, listed)


def _fields(fields: Mapping[object, Value], depth: int, listed: bool) -> Iterator[str]:
    for name, held in fields.items():
        yield from _members(held, depth - 1, listed or name in _MEMBERS)
