"""Functions of other packages and builtins, by name: the table of those that are known, and what others let through."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ...finding import Cause
from ..frames import Frame
from ..holding import taints_in
from ..listings import COMPLETION_CALLS, UNORDERED_CALLS
from ..machine import Run
from ..memories import windowed
from ..sources.lookup import source_of
from ..standing import as_iterated
from ..values import Opaque, Value
from .passing import passed_through
from .pinned import last_of, note_revision
from .sourced import as_completed, gives, listing, sourced
from .table import BUILTINS, FRAMEWORK, ITERATE

_QUIET = frozenset("min max sum any all bool abs round print".split())
_OF_THE_TYPE = frozenset("isinstance issubclass hasattr callable type".split())
"""What asks for a type, and not for what a value says."""


def call_external(
    run: Run,
    frame: Frame,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """What a function gives that isn't of the project."""
    if last_of(name) == "from_pretrained":
        note_revision(run, frame, name, args, kwargs, node)
    own = source_of(name, run.own_sources, len(args))
    if own is not None and gives(own, args):
        return sourced(run, frame, name, own, args, kwargs, node)
    if name in UNORDERED_CALLS:
        return listing(run, frame, UNORDERED_CALLS[name], args, node)
    if name in COMPLETION_CALLS:
        return as_completed(run, frame, name, args, node)
    memory = windowed(run, frame, name, args, kwargs, node)
    if memory is not None:
        return memory
    builtin = BUILTINS.get(name)
    if name in ITERATE:
        args = [as_iterated(run, each) for each in args]
    if builtin is not None:
        return builtin(run, frame, args, kwargs, node)
    last = name.rpartition(".")[2]
    if last in FRAMEWORK:
        return FRAMEWORK[last](run, frame, args, kwargs, node)
    if name in _OF_THE_TYPE:
        return Opaque(label=f"{name}()")
    if name in _QUIET:
        return Opaque(
            frozenset(t for a in args for t in taints_in(a, 2) if t.cause is not Cause.UNORDERED)
        )
    return passed_through(run, frame, name, args, kwargs, node)
