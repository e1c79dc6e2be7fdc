"""Functions that an executor, a pool or a task group runs."""

from __future__ import annotations

from dataclasses import replace

from ..binding import mapped_elements
from ..calling import Calling
from ..frames import Loop
from ..holding import shape_of, union
from ..values import Const, ListV, Value
from .growth import LATE

RUNS = frozenset(
    {"submit", "map", "start_soon", "create_task", "run_in_executor", "to_thread", "add_task"}
)
"""Methods that run the function which they are given."""


def scheduled(call: Calling) -> Value | None:
    """What the function gives that is run; None where the method runs none."""
    if call.name in CALLS_BACK and call.args:
        return _called_back(call)
    if call.name not in RUNS or not call.args:
        return None
    args = call.args
    if call.name in ("create_task", "add_task"):
        return args[0]
    if call.name == "map":
        return _mapped(call)
    is_second = call.name == "run_in_executor" and len(args) > 1
    func, rest = (args[1], args[2:]) if is_second else (args[0], args[1:])
    named = dict(call.kwargs) if call.name == "to_thread" else {}
    return call.run.calls.value(call.run, call.frame, func, list(rest), named, call.node)


CALLS_BACK = frozenset({"add_done_callback"})
"""Methods that run a function once what they are a method of has ended."""


def _called_back(call: Calling) -> Value:
    """Each of several is called as what it waits for ends."""
    call.run.concurrent.append(replace(call.place, symbol=LATE))
    try:
        call.run.calls.value(call.run, call.frame, call.args[0], [call.receiver], {}, call.node)
    finally:
        call.run.concurrent.pop()
    return Const(None)


def _mapped(call: Calling) -> Value:
    run, func, rest = call.run, call.args[0], call.args[1:]
    loop = Loop(run.next_number(), call.place, frame=call.frame)
    given = mapped_elements(run, rest, loop)
    run.loops.append(loop)
    value = run.calls.value(run, call.frame, func, given, {}, call.node)
    run.loops.pop()
    made = ListV("generator", shape=union(shape_of(a) for a in rest))
    made.add(value, many=True)
    return made
