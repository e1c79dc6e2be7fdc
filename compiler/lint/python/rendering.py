"""Jinja templates rendered from Python: files that were read, texts in the program, and what an environment adds."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ..finding import Place
from .calling import Calling
from .machine import Run
from .standing import as_written
from .texts import literal
from .values import Const, DictV, Ext, FnV, Method, Obj, Opaque, PartialV, Text, Value

FILTER = "|"
"""What stands in front of a filter's name among the names that a template knows."""


def context_of(call: Calling, tables: Sequence[Value]) -> dict[str, Value]:
    """What a template is rendered with: tables, named values, the environment's; functions as what they give."""
    found: dict[str, Value] = dict(call.run.helpers)
    for each in tables:
        if isinstance(each, DictV):
            found |= {k: v for k, v in each.fields.items() if isinstance(k, str)}
    found |= call.kwargs
    return {name: _given(call, name, value) for name, value in found.items()}


def _given(call: Calling, name: str, value: Value) -> Value:
    if isinstance(value, FnV | PartialV | Ext | Method):
        filtered = [Opaque(label="value")] if name.startswith(FILTER) else []
        return call.applied(value, filtered)
    return as_written(call.run, value, call.here) if isinstance(value, Obj) else value


def rendered_text(run: Run, text: Value, values: Mapping[str, Value], place: Place) -> Value | None:
    """A template that is a text of the program; None where that can't be parsed."""
    words = literal(text)
    if words is None and isinstance(text, Text):
        return None
    if words is None or run.templates is None or ("{{" not in words and "{%" not in words):
        return None
    return run.templates.inline(words, values, place)


def note_helpers(call: Calling) -> bool:
    """`environment.globals.update(name=value)`; whether it was that."""
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    if call.name != "update" or not isinstance(owner, ast.Attribute):
        return False
    tables = [each.fields for each in call.args if isinstance(each, DictV)]
    for table in (*tables, call.kwargs):
        for name, value in table.items():
            note_helper(call.run, owner, Const(str(name)), value)
    return owner.attr in ("globals", "filters")


def note_helper(run: Run, owner: ast.expr, name: Value, value: Value) -> None:
    """`environment.globals[name] = value`, `environment.filters[name] = function`."""
    kind = owner.attr if isinstance(owner, ast.Attribute) else ""
    if kind in ("globals", "filters") and isinstance(name, Const) and isinstance(name.value, str):
        run.helpers[(FILTER if kind == "filters" else "") + name.value] = value
