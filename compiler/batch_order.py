"""The order in which the rows of a batch start: rows that share the beginning of their prompts together.

Fixed once from the whole input, before the first row runs, and written into the journal's header, so
that a run which is resumed goes on in the same order. Results are given in input order all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ..passes.row_order import sort_rows
from ..runtime.plan import (
    Body,
    CollectStep,
    ForkStep,
    ForStep,
    IfStep,
    InsertStep,
    Plan,
    PlanProgram,
    Ref,
    Step,
    TogetherStep,
    WhileStep,
)
from ..runtime.rows import Row


def batch_order(plan: Plan, program: str, rows: Sequence[Row]) -> list[int]:
    """The numbers of the rows in the order in which they start."""
    entry = next(found for found in plan.programs if found.name == program)
    fields = prompt_fields(entry)
    table = [{name: _text(row.args.get(name)) for name in fields} for row in rows]
    return [rows[at].row for at in sort_rows(table, fields)]


def prompt_fields(program: PlanProgram) -> tuple[str, ...]:
    """The parameters that the prompt holds, in the order in which it takes them up."""
    names = {parameter.register: parameter.name for parameter in program.parameters}
    inserted = (
        step.value.register
        for step in _steps(program.steps)
        if isinstance(step, InsertStep) and isinstance(step.value, Ref)
    )
    return tuple(dict.fromkeys(names[register] for register in inserted if register in names))


def _steps(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps in the order in which they stand, nested ones included."""
    for step in steps:
        yield step
        if isinstance(step, TogetherStep):
            yield from _steps(step.steps)
        for body in _bodies(step):
            yield from _steps(body.steps)


def _bodies(step: Step) -> tuple[Body, ...]:
    match step:
        case IfStep(then=then, orelse=orelse):
            return (then, orelse)
        case WhileStep(cond=cond, body=body):
            return (cond, body)
        case ForStep(body=body) | CollectStep(body=body):
            return (body,)
        case ForkStep(bodies=bodies):
            return tuple(bodies)
        case _:
            return ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
