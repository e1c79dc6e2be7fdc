"""Calls of the user's own functions: sync ones in a small thread pool, async ones on the loop.

An effectful call is named by where it stands in its instance (an idempotency key), so that a row that is run
again after a crash names it the same; functions that take `idempotency_key` get it.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ...ir.types import parse_type
from ..plan.conformance import mismatch
from ..plan.errors import RunError
from ..plan.schema import HostStep, Plan
from ..trace.records import HostRecord
from .instance import Frame, Outcome, Run

KEY_PARAMETER = "idempotency_key"


def check_hosts(plan: Plan, hosts: Mapping[str, Callable[..., Any]]) -> None:
    """Every host function of the plan is bound. Raises RunError (SGL3501)."""
    missing = [host.name for host in plan.hosts if host.name not in hosts]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise RunError(
            "SGL3501",
            f"no function is bound to {names}",
            f"`--host FILE.py` binds the functions of a file; `bind({missing[0]}=...)` binds one",
        )


async def run_host(run: Run, frame: Frame, step: HostStep) -> None:
    """Call the function and bind its result, checked against the declared type."""
    args = [frame.value(arg) for arg in step.args]
    key = "" if step.pure else idempotency_key(run, frame)
    started = run.now()
    try:
        result = await _call(run, frame.scope.row, step.extern, args, key)
    except RunError as error:
        failed = error.located(step.span).record
        run.sink.add(HostRecord(frame.scope.row, step.extern, started, run.now(), key, failed))
        raise
    run.sink.add(HostRecord(frame.scope.row, step.extern, started, run.now(), key))
    frame.registers[step.out] = result


def idempotency_key(run: Run, frame: Frame) -> str:
    """The same for the same call of the same row of the same job, whatever ran before a crash."""
    scope = frame.scope
    where = json.dumps(
        [run.job, run.run_seed, scope.row, scope.path, scope.indices, frame.next_key()]
    )
    return hashlib.blake2b(where.encode(), digest_size=16).hexdigest()


async def _call(run: Run, row: int, name: str, args: list[Any], key: str) -> Any:
    function = run.hosts.get(name)
    if function is None:
        raise RunError("SGL3501", f"no function is bound to `{name}`")
    try:
        if run.run_piece is not None:
            done = await run.run_piece(row, partial(function, *args))
        else:
            done = await _outcome(run, function, args, key)
        if done.error is not None:
            raise done.error
    except (asyncio.CancelledError, RunError):
        raise
    except Exception as error:
        said = f"`{name}` raised {type(error).__name__}: {error}"
        raise RunError("SGL3502", said, _broken_promise(run, name)) from error
    return _checked(run, name, done.value)


async def _outcome(run: Run, function: Callable[..., Any], args: list[Any], key: str) -> Outcome:
    extra = {KEY_PARAMETER: key} if key and _takes_key(function) else {}
    call = partial(function, *args, **extra)
    if inspect.iscoroutinefunction(function):
        return Outcome(await call())
    result = await asyncio.get_running_loop().run_in_executor(run.pool, call)
    return Outcome(await result if inspect.isawaitable(result) else result)


def _broken_promise(run: Run, name: str) -> str:
    """What to do about a function that is declared unable to fail, and failed."""
    if name not in run.bindings or not run.bindings[name].total:
        return ""
    return f"without `total` in `extern total def {name}`, no call starts before it is done"


def _takes_key(function: Callable[..., Any]) -> bool:
    try:
        return KEY_PARAMETER in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _checked(run: Run, name: str, result: Any) -> Any:
    declared = run.bindings[name].result if name in run.bindings else "any"
    if isinstance(result, tuple) and declared != "any":
        result = list(result)
    wrong = mismatch(parse_type(declared), result)
    if wrong:
        raise RunError("SGL3503", f"`{name}` returned {wrong}; it is declared as `{declared}`")
    return result
