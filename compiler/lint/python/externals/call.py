"""Functions of other packages and builtins, by name: the table of those that are known, and what others let through."""

from __future__ import annotations

from dataclasses import replace

from ...finding import Cause
from ..calling import Calling
from ..holding import taints_in
from ..listings import COMPLETION_CALLS, UNORDERED_CALLS
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


def call_external(call: Calling) -> Value:
    """What a function gives that isn't of the project."""
    if last_of(call.name) == "from_pretrained":
        note_revision(call)
    own = source_of(call.name, call.run.own_sources, len(call.args))
    if own is not None and gives(own, call.args):
        return sourced(call, own)
    if call.name in UNORDERED_CALLS:
        return listing(call, UNORDERED_CALLS[call.name])
    if call.name in COMPLETION_CALLS:
        return as_completed(call)
    memory = windowed(call)
    if memory is not None:
        return memory
    builtin = BUILTINS.get(call.name)
    if call.name in ITERATE:
        call = replace(call, args=[as_iterated(call.run, each) for each in call.args])
    if builtin is not None:
        return builtin(call)
    last = call.name.rpartition(".")[2]
    if last in FRAMEWORK:
        return FRAMEWORK[last](call)
    if call.name in _OF_THE_TYPE:
        return Opaque(label=f"{call.name}()")
    if call.name in _QUIET:
        return Opaque(
            frozenset(
                t for a in call.args for t in taints_in(a, 2) if t.cause is not Cause.UNORDERED
            )
        )
    return passed_through(call)
