"""Forks: the shared prefix is sent once, then all arms at once.

The plan names that prefix only when every arm certainly asks about a prompt that continues it, and it is
sent only when there are arms: a position that nobody needs is never computed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ..plan.errors import RunError
from ..plan.schema import Body, Expr, ForkStep, GenStep, Ref, SelectStep
from ..plan.walking import walk
from .asking.calls import prefill
from .concurrency import run_together
from .instance import Frame, Run

RunBody = Callable[[Run, Frame, Body, Sequence[Any]], Awaitable[list[Any]]]


async def run_fork(run: Run, frame: Frame, step: ForkStep, run_body: RunBody) -> None:
    """Run the arms; with `items` each yield becomes a list, without the yields follow each other."""
    arms = _arms(frame, step)
    if run.most_arms is not None and len(arms) > run.most_arms:
        raise RunError(
            "SGL3209", f"a fork has {len(arms)} arms; here it has at most {run.most_arms}"
        )
    can = run.backend.capabilities
    if arms and step.prompt is not None and can.prefill and can.leads:
        await _send_prefix(run, frame, step.prompt, step)
    work = [run_body(run, frame.arm(i), body, args) for i, (body, args) in enumerate(arms)]
    frame.count += 1
    yields = await run_together(work)  # type: ignore[arg-type]
    if step.items is None:
        bound = [value for arm in yields for value in arm]
    else:
        bound = [[arm[i] for arm in yields] for i in range(len(step.outs))]
    for register, value in zip(step.outs, bound, strict=True):
        frame.registers[register] = value


def _arms(frame: Frame, step: ForkStep) -> list[tuple[Body, tuple[Any, ...]]]:
    if step.items is None:
        return [(body, ()) for body in step.bodies]
    items = frame.value(step.items)
    if not isinstance(items, list):
        raise RunError("SGL3203", f"a fork needs a list, not {items!r:.60}")
    return [(step.bodies[0], (index, item)) for index, item in enumerate(items)]


async def _send_prefix(run: Run, frame: Frame, prompt: Expr, step: ForkStep) -> None:
    """Compute what the arms share, all of it that no arm can change."""
    bare = isinstance(prompt, Ref) and _may_ask_bare(step.bodies, prompt.register)
    await prefill(run, frame, frame.prompt(prompt), leave_last=bare, group=step.group)


def _may_ask_bare(bodies: Sequence[Body], register: int) -> bool:
    """Whether an arm may ask about the shared prompt just as it is, with nothing after it."""
    return any(
        isinstance(part, GenStep | SelectStep) and _register(part.prompt) == register
        for body in bodies
        for part in walk(body)
    )


def _register(expr: object) -> int | None:
    return expr.register if isinstance(expr, Ref) else None
