"""Binding names: whether a name may be bound here, which type it keeps, names of loops."""

from __future__ import annotations

from ...ir.types import ANY, INT, NONE, OptionalType, RecordType, Type, accepts
from ..syntax import nodes as s
from .names import Names
from .report import Reporter
from .scope import Variable
from .types import joined, widened


def bind(
    names: Names, turn: s.Turn | None, target: s.Ident, kind: Type, declared: Type | None = None
) -> None:
    """Bind a name, and check that it may be bound and keeps its type."""
    name = target.text
    outer = names.scope.crosses_arm(name)
    if outer is not None:
        _of_the_program_around(names.reporter, target, outer)
        return
    bound = names.scope.lookup_declared(name)
    given = kind
    if bound is not None:
        kind = _rebound(names.reporter, target, kind, declared, bound)
    fixed = declared is not None or (bound is not None and bound.fixed)
    names.facts.bindings[target] = (bound.span if bound else target.span, kind)
    is_param = bound is not None and bound.is_param
    names.scope.bind(Variable(name, kind, target.span, fixed, turn, is_param))
    if isinstance(kind, OptionalType) and given not in (NONE, ANY, kind):
        if not isinstance(given, OptionalType):
            names.scope.narrowed[name] = Variable(name, kind.item, target.span, fixed)


def _of_the_program_around(reporter: Reporter, target: s.Ident, outer: Variable) -> None:
    reporter.report(
        "SGL0303", target.span, f"an arm assigns `{target.text}` of the program around it",
        "arms don't see each other", help="bind another name; after the fork it is a list, one entry per arm",
        also=(outer.span, "bound here"),
    )  # fmt: skip


def _rebound(
    reporter: Reporter, target: s.Ident, kind: Type, declared: Type | None, bound: Variable
) -> Type:
    """The type of a name that is bound again."""
    if bound.fixed or bound.is_param:
        if declared is None and accepts(bound.type, kind):
            return bound.type
        if declared == bound.type:
            return bound.type
    else:
        merged = joined(bound.type, kind)
        if merged is not None and accepts(widened(bound.type), widened(merged)):
            return merged if accepts(bound.type, merged) else widened(merged)
    reporter.report(
        "SGL0202", target.span, f"`{target.text}` is `{bound.type}` and can't become `{declared or kind}`",
        help=_how_to_rebind(target.text, kind, bound.type),
        also=(bound.span, f"bound here as `{bound.type}`"),
    )  # fmt: skip
    return bound.type


def _how_to_rebind(name: str, kind: Type, bound: Type) -> str:
    if kind == NONE:
        return f"declare it optional where it is first bound: `{name}: {bound}? = ...`"
    if bound == NONE:
        return f"declare it optional where it is first bound: `{name}: {kind}? = none`"
    if bound == INT:
        return f"begin with a `float`: `{name} = 0.0`"
    return f"declare its type where it is first bound, or use another name than `{name}`"


def bind_anyway(names: Names, name: s.Ident) -> None:
    """Bind a name of a line that could not be read, so that its users are not reported."""
    if names.scope.lookup(name.text) is None and name.text not in names.file.names:
        names.scope.bind(Variable(name.text, ANY, name.span))


def check_targets(names: Names, targets: tuple[s.Ident, ...]) -> None:
    """Check that the names of a loop are new."""
    for target in targets:
        bound = names.scope.lookup(target.text)
        if bound is not None:
            names.reporter.report(
                "SGL0101", target.span, f"`{target.text}` is bound already",
                help="choose another name for the loop", also=(bound.span, "bound here"),
            )  # fmt: skip


def bind_targets(names: Names, targets: tuple[s.Ident, ...], item: Type) -> None:
    """Bind the names of a loop: one takes the item, several take its fields in order."""
    for target, kind in zip(targets, _parts(names.reporter, targets, item), strict=True):
        names.scope.bind(Variable(target.text, kind, target.span))
        names.facts.bindings[target] = (target.span, kind)


def _parts(reporter: Reporter, targets: tuple[s.Ident, ...], item: Type) -> tuple[Type, ...]:
    """The type of each name of a loop."""
    if len(targets) == 1:
        return (item,)
    kinds = tuple(kind for _, kind in item.fields) if isinstance(item, RecordType) else ()
    if len(kinds) == len(targets):
        return kinds
    if item != ANY:
        reporter.report(
            "SGL0212", targets[0].span.to(targets[-1].span),
            f"`{item}` can't be taken apart into {len(targets)} names",
            help="as many names as the record has fields, in their order",
        )  # fmt: skip
    return (ANY,) * len(targets)
