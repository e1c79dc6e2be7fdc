"""What the user should know before the run: limits that can't be kept and loops without a bound of their own."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.constrained.shape import shortest
from ...ir.diagnostic import Diagnostic, Label, Severity
from ...ir.module import Module
from ...ir.ops import Const, Gen, Op, While
from ...ir.span import Span
from ...ir.structure import walk
from ...ir.target import Part, Target
from ...ir.types import OptionalType, parse_type
from ...runtime.plan.schema import Plan, PrefixNode


def advise(
    module: Module, plan: Plan, target: Target, context: int | None = None
) -> list[Diagnostic]:
    """Warnings about a module and its plan. `context`: how many tokens the model can hold, if known."""
    found: list[Diagnostic] = []
    for program in module.programs:
        for op in walk(program.body):
            found += _of_op(op, target)
    if context is not None:
        found += _too_long(plan, context)
    return found


def _of_op(op: Op, target: Target) -> Iterator[Diagnostic]:
    if isinstance(op, Gen):
        yield from _cut_short(op, target)
    elif isinstance(op, While) and not isinstance(op.limit, Const):
        yield _warning(
            "SGL2103",
            "how often this loop runs at most is computed",
            op.span,
            "a constant after `max` bounds the calls of a run",
        )


def _cut_short(op: Gen, target: Target) -> Iterator[Diagnostic]:
    """A declared type whose shortest value does not fit into `max_tokens`."""
    constraint, limit = op.constraint, op.sampling.max_tokens
    computed = any(name == "max_tokens" for name, _ in op.dynamic)
    if constraint is None or constraint.kind != "type" or limit < 0 or computed:
        return
    kind = parse_type(constraint.text)
    if isinstance(kind, OptionalType):
        return
    text = shortest(kind)
    least = len(target.tokenizer.encode((Part(text, False),), continuation=True))
    if least > limit:
        yield _warning(
            "SGL2101",
            f"the shortest `{kind}` has {least} tokens, `max_tokens` allows {limit}",
            op.span,
            f"`max_tokens={least}` is the least that can give a value",
        )


def _too_long(plan: Plan, context: int) -> Iterator[Diagnostic]:
    """Calls whose literal text alone is more than the model can hold."""
    nodes = {node.id: node for node in plan.nodes}
    lengths: dict[int, int] = {}
    for node in plan.nodes:
        lengths[node.id] = node.tokens + _least_above(node, lengths)
    for family in plan.families:
        if lengths[family.node] >= context:
            span = family.span or nodes[family.node].span
            where = f" ({span.file}:{span.line})" if span else ""
            yield Diagnostic(
                "SGL2102",
                f"the text of call `{family.name or family.site}`{where} has {lengths[family.node]} tokens,"
                f" the context of `{plan.target.name}` is {context}",
                helps=("a model with a longer context, or less text, fits",),
                severity=Severity.WARNING,
            )


def _least_above(node: PrefixNode, lengths: dict[int, int]) -> int:
    """The fewest tokens that stand before a node; loops count once."""
    return min((lengths[parent] for parent in node.parents if parent in lengths), default=0)


def _warning(code: str, headline: str, span: Span | None, help: str) -> Diagnostic:
    labels = (Label(span),) if span else ()
    return Diagnostic(code, headline, labels, (help,), severity=Severity.WARNING)
