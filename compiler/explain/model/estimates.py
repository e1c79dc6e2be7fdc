"""The model's numbers in a report: every control with its value, and the four worlds at these values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ....ir.target import Part, Tokenizer
from ....runtime.plan import schema as p
from ....runtime.plan.walking import walk
from .. import report as r
from .formula import Formula, evaluated, symbols_of
from .sizes import Counting, Size, controls, sizes
from .workload import Choices, Model

CHARS_PER_TOKEN = 4


def counting(tokenizer: Tokenizer | None) -> Counting:
    """How many tokens a text has; without a tokenizer about."""
    if tokenizer is None:
        return lambda text: -(-len(text) // CHARS_PER_TOKEN)
    return lambda text: len(tokenizer.encode((Part(text, False),), continuation=True))


def scored_choices(plan: p.Plan, tokenizer: Tokenizer | None) -> dict[int, Choices]:
    """The choices of selects that are written out, by family."""
    return dict(_choices(plan, tokenizer))


def _choices(plan: p.Plan, tokenizer: Tokenizer | None) -> Iterator[tuple[int, Choices]]:
    for step in walk(plan.programs):
        if isinstance(step, p.SelectStep) and isinstance(step.choices, p.Lit):
            texts = [str(choice) for choice in step.choices.value]
            heads = [_encoded(text, tokenizer)[:-1] for text in texts]
            different = {head[: at + 1] for head in heads for at in range(len(head))}
            numbers = (len(texts), sum(map(len, heads)), len(different))
            yield step.family, Choices(*map(Formula, numbers))


def _encoded(text: str, tokenizer: Tokenizer | None) -> tuple[object, ...]:
    if tokenizer is not None:
        return tokenizer.encode((Part(text, False),), continuation=True)
    return tuple(text[at : at + CHARS_PER_TOKEN] for at in range(0, len(text), CHARS_PER_TOKEN))


def estimated(report: r.Report, plan: p.Plan, model: Model, count: Counting) -> r.Report:
    """The report with the workload's formulas, at the sizes that the source says or that are usual."""
    computed = model.computed()
    worlds = {
        "stateless": model.stateless(),
        "prefix cache alone": model.alone(),
        "compiled": computed,
        "lower bound": computed,
    }
    workload = r.Workload(
        [],
        [_estimate(name, each) for name, each in worlds.items()],
        _estimate("calls", model.calls()),
    )
    made = msgspec.structs.replace(report, workload=workload)
    return with_sizes(made, plan, {}, count)


def _estimate(name: str, formula: Formula) -> r.Estimate:
    return r.Estimate(name, formula.json(), 0)


def with_sizes(
    report: r.Report,
    plan: p.Plan,
    given: Mapping[str, float],
    count: Counting,
    rows: Mapping[str, Size] | None = None,
) -> r.Report:
    """The report with every number of the workload at other sizes."""
    workload = report.workload
    if workload is None:
        return report
    found = sizes(report, plan, ("rows", *_quantities(report, workload)), given, count, rows)
    known = {name: size.value for name, size in found.items()}
    revalued = r.Workload(
        controls(found),
        [_revalued(world, known) for world in workload.worlds],
        _revalued(workload.calls, known),
    )
    ways = [
        msgspec.structs.replace(each, saved=_revalued(each.saved, known))
        for each in report.inversions
    ]
    ways = sorted(ways, key=lambda each: -each.saved.value)
    return msgspec.structs.replace(report, workload=revalued, inversions=ways)


def _revalued(estimate: r.Estimate, known: Mapping[str, float]) -> r.Estimate:
    return msgspec.structs.replace(estimate, value=float(evaluated(estimate.formula, known)))


def _quantities(report: r.Report, workload: r.Workload) -> Iterator[str]:
    """Every quantity that a number of the report depends on, but the numbers of rounds."""
    rounds = {f.index for call in report.calls for f in _factors(call) if f.index}
    formulas: Sequence[object] = [
        workload.calls.formula,
        *(world.formula for world in workload.worlds),
        *(
            formula
            for node in report.nodes
            for formula in (node.tokens.formula, node.copies, node.uses)
        ),
        *(call.prompt.formula for call in report.calls),
        *(ending.cached.formula for call in report.calls for ending in call.endings),
        *(group.shared.formula for group in report.groups),
        *(each.saved.formula for each in report.inversions),
    ]
    for formula in formulas:
        yield from (name for name in symbols_of(formula) if name not in rounds)
    for call in report.calls:
        yield from (f.count for f in _factors(call) if isinstance(f.count, str))


def _factors(call: r.Call) -> Iterator[r.Factor]:
    yield from call.factors
    for factors in call.elsewhere:
        yield from factors
