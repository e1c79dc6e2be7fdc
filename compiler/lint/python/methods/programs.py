"""Programs of our own front end that are run: once, or for each of some rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..calling import Calling
from ..elements import element_of
from ..values import DictV, FnV, Item, ListV, Opaque, StateV, Value

_RUNS = frozenset({"run", "arun", "stream", "run_batch", "batch"})


def run_program(call: Calling, fn: FnV) -> Value | None:
    """What a run gives, followed with what it is given; None where a function is no program."""
    if "function" not in fn.marks or call.name not in _RUNS:
        return None
    is_batch = call.name.endswith("batch")
    given = _fields(element_of(call.first)) if is_batch else call.kwargs
    args = [] if is_batch else list(call.args)
    fresh = replace(fn, bound=StateV(ListV("list")))
    call.run.calls.function(call.run, fresh, args, given)
    said = Opaque(is_reply=True, label="state")
    return ListV("list", [Item(said, many=True)]) if is_batch else said


def _fields(row: Value) -> Mapping[str, Value]:
    fields = row.fields if isinstance(row, DictV) else {}
    return {key: value for key, value in fields.items() if isinstance(key, str)}
