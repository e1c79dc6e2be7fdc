"""The control flow of a plan: steps one after the other, branches, loops, comprehensions, programs.

`run_steps` is the interpreter: each kind of step has one branch in it and one function that does it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, assert_never

from ...ir.values.operations import EvalError, truth
from ..plan.effects import has_host_effects
from ..plan.errors import RunError
from ..plan.expressions import as_run_error, span_of
from ..plan.schema import (
    Body,
    CallStep,
    CollectStep,
    EchoStep,
    EvalStep,
    Expr,
    ForkStep,
    ForStep,
    GenStep,
    HostStep,
    IfStep,
    ImageStep,
    InsertStep,
    PlanProgram,
    PrefetchStep,
    ReleaseStep,
    RetainStep,
    ReturnStep,
    RootStep,
    SectionsStep,
    SelectStep,
    Step,
    TextStep,
    TogetherStep,
    TurnStep,
    WhileStep,
)
from ..trace.records import Note
from .appends import (
    bind_echo,
    bind_image,
    bind_insert,
    bind_root,
    bind_text,
    bind_turn,
)
from .asking.calls import run_gen, run_prefetch, run_select
from .concurrency import cancel_all, run_together
from .forks import run_fork
from .hosts import run_host
from .instance import Frame, Run, Scope
from .retention import release, retain

WHILE_LIMIT = "SGL3901"
"""The code of the note that a loop ended at its limit."""


async def run_program(run: Run, program: PlanProgram, args: list[Any], scope: Scope) -> Any:
    """Run one program from its empty prompt; its result."""
    frame = Frame.of(program, args, scope)
    try:
        await run_steps(run, frame, program.steps)
    except BaseException:
        await cancel_all([*frame.tasks, *frame.guesses])
        raise
    await cancel_all(frame.guesses)
    await run_together([_finished(task) for task in frame.tasks])
    return frame.result


async def _finished(task: Any) -> None:
    await task


async def run_steps(run: Run, frame: Frame, steps: Sequence[Step]) -> None:
    """Run steps in order. Raises RunError, at the step that fails."""
    for step in steps:
        try:
            coming = run_step(run, frame, step)
            if coming is not None:
                await coming
        except EvalError as error:
            raise as_run_error(error, step) from None
        except RunError as error:
            error.located(span_of(step))
            raise


def run_step(run: Run, frame: Frame, step: Step) -> Coroutine[Any, Any, None] | None:
    """Do a step, or give what must be awaited to have it done."""
    tokenizer = run.target.tokenizer
    match step:
        case TextStep():
            return bind_text(tokenizer, frame, step)
        case InsertStep():
            return bind_insert(tokenizer, frame, step)
        case RootStep():
            return bind_root(tokenizer, frame, step)
        case SectionsStep():
            return _run_sections(run, frame, step)
        case TurnStep():
            return bind_turn(tokenizer, frame, step)
        case EchoStep():
            return bind_echo(tokenizer, frame, step)
        case ImageStep():
            return bind_image(run, frame, step)
        case EvalStep(out, expr):
            frame.registers[out] = frame.value(expr)
            return None
        case ReturnStep(value):
            frame.result = frame.value(value)
            return None
        case RetainStep():
            return retain(run, frame, step)
        case ReleaseStep():
            return release(run, frame, step)
        case PrefetchStep():
            return run_prefetch(run, frame, step)
        case GenStep():
            return run_gen(run, frame, step)
        case SelectStep():
            return run_select(run, frame, step)
        case HostStep():
            return run_host(run, frame, step)
        case CallStep():
            return _run_call(run, frame, step)
        case IfStep():
            return _run_if(run, frame, step)
        case ForStep():
            return _run_for(run, frame, step)
        case WhileStep():
            return _run_while(run, frame, step)
        case CollectStep():
            return _run_collect(run, frame, step)
        case ForkStep():
            return run_fork(run, frame, step, run_body)
        case TogetherStep():
            return _run_beside(run, frame, step)
        case _:
            assert_never(step)


async def run_body(run: Run, frame: Frame, body: Body, args: Sequence[Any]) -> list[Any]:
    """Run a region with its arguments; what it yields."""
    _bind(frame, body.args, args)
    await run_steps(run, frame, body.steps)
    return [frame.value(each) for each in body.yields]


def _bind(frame: Frame, registers: Sequence[int], given: Sequence[Any]) -> None:
    for register, value in zip(registers, given, strict=True):
        frame.registers[register] = value


async def _run_sections(run: Run, frame: Frame, step: SectionsStep) -> None:
    """Append sections in the order that the batch fixed for this row, or as they stand."""
    order = frame.scope.orders.get(step.batch)
    prompt = frame.prompt(step.prompt)
    for at in order if order is not None else range(len(step.bodies)):
        (prompt,) = await run_body(run, frame, step.bodies[at], (prompt,))
    frame.registers[step.out] = prompt if order is None else prompt.at(step.node)


async def _run_if(run: Run, frame: Frame, step: IfStep) -> None:
    body = step.then if truth(frame.value(step.cond)) else step.orelse
    _bind(frame, step.outs, await run_body(run, frame, body, ()))


async def _run_for(run: Run, frame: Frame, step: ForStep) -> None:
    carried = [frame.value(each) for each in step.inits]
    for index, item in enumerate(list_of(frame, step.items, "a loop")):
        carried = await run_body(run, frame, step.body, (index, item, *carried))
    _bind(frame, step.outs, carried)


async def _run_while(run: Run, frame: Frame, step: WhileStep) -> None:
    carried = [frame.value(each) for each in step.inits]
    limit, index = frame.number(step.limit), 0
    while truth((await run_body(run, frame, step.cond, carried))[0]):
        if index >= limit:
            message = f"a loop of `{frame.scope.path[-1]}` ended at its limit of {limit} turns"
            run.sink.add(Note(frame.scope.row, WHILE_LIMIT, message))
            break
        carried = await run_body(run, frame, step.body, (index, *carried))
        index += 1
    _bind(frame, step.outs, carried)


async def _run_collect(run: Run, frame: Frame, step: CollectStep) -> None:
    found: list[Any] = []
    for item in list_of(frame, step.items, "a comprehension"):
        value, keep = await run_body(run, frame, step.body, (item,))
        if truth(keep):
            found.append(value)
    frame.registers[step.out] = found


async def _run_beside(run: Run, frame: Frame, step: TogetherStep) -> None:
    """Start all steps at once, but those with host effects one after the other, in order."""
    lanes: list[list[Step]] = []
    ordered: list[Step] = []
    for each in step.steps:
        if has_host_effects(each, run.effectful):
            ordered.append(each)
        else:
            lanes.append([each])
    if ordered:
        lanes.append(ordered)
    await run_together([run_steps(run, frame.lane(i), lane) for i, lane in enumerate(lanes)])
    frame.count += 1


async def _run_call(run: Run, frame: Frame, step: CallStep) -> None:
    program = run.program(step.program)
    scope = Scope(
        frame.scope.row,
        (*frame.scope.path, step.site, step.program),
        frame.indices(step.indices),
        frame.scope.roots,
        frame.scope.claims,
        guest=frame.scope.guest,
    )
    args = [frame.value(arg) for arg in step.args]
    frame.registers[step.out] = await run_program(run, program, args, scope)


def list_of(frame: Frame, expr: Expr, what: str) -> list[Any]:
    """The value of an expression that is a list. Raises RunError (SGL3203)."""
    found = frame.value(expr)
    if not isinstance(found, list):
        raise RunError("SGL3203", f"{what} needs a list, not {found!r:.60}")
    return found
