"""`if` and `return`: what is bound after an `if`, and which paths go on."""

from __future__ import annotations

from ....ir.types import ANY, NONE, Type, accepts
from ...syntax import nodes as s
from ..expressions.mismatches import mismatch
from ..narrowing import narrow
from ..scope import Lost, Scope, Variable
from ..types import joined
from .body import Body

Branch = tuple[Scope, bool]  # the names of a branch, and whether it returns


def check_if(body: Body, node: s.If) -> bool:
    """Check an `if`; whether all its arms return."""
    outer = Scope(body.names.scope, "branch")
    branches = [_clause(body, outer, condition, block) for condition, block in node.clauses]
    branches.append(_branch(body, outer, node.orelse or ()))
    _merge(body, node, branches)
    returns = [returns for _, returns in branches]
    if node.orelse is None and all(returns[:-1]):
        body.names.scope.narrowed.update(outer.narrowed)
    _check_return_order(body, node, returns)
    return all(returns)


def _clause(body: Body, outer: Scope, condition: s.Expr, block: s.Body) -> Branch:
    """Check one condition and its block; `outer` learns what holds if it does not."""
    with body.names.within(outer):
        body.asked.condition(condition)
    branch = _branch(body, outer, block, condition)
    narrow(outer, condition, False)
    return branch


def _branch(body: Body, outer: Scope, block: s.Body, condition: s.Expr | None = None) -> Branch:
    with body.names.within(Scope(outer, "branch")) as scope:
        if condition is not None:
            narrow(scope, condition, True)
        return scope, body.block(block)


def _merge(body: Body, node: s.If, branches: list[Branch]) -> None:
    """Bind after an `if` what every branch that goes on has bound."""
    here = body.names.scope
    going_on = [(index, scope) for index, (scope, returns) in enumerate(branches) if not returns]
    for name in dict.fromkeys(name for _, scope in going_on for name in scope.variables):
        before = here.lookup_declared(name)
        found = [scope.variables.get(name, before) for _, scope in going_on]
        bound = [variable for variable in found if variable is not None]
        if len(bound) == len(found):
            _bind_merged(body, name, bound)
            continue
        index = next(i for (i, _), v in zip(going_on, found, strict=True) if v is None)
        here.lost[name] = Lost(bound[0].span, "branch", _branch_words(node, index))


def _bind_merged(body: Body, name: str, bound: list[Variable]) -> None:
    kind = bound[0].type
    for variable in bound[1:]:
        merged = joined(kind, variable.type)
        if merged is None:
            _other_type(body, variable, bound[0])
            merged = ANY
        kind = merged
    fixed = any(variable.fixed for variable in bound)
    first = bound[0]
    body.names.scope.bind(Variable(name, kind, first.span, fixed, first.turn, first.is_param))


def _other_type(body: Body, variable: Variable, first: Variable) -> None:
    body.reporter.report(
        "SGL0202", variable.span, f"`{variable.name}` has another type in each arm",
        f"`{variable.type}` here", help="bind one type in every arm, or use two names",
        also=(first.span, f"`{first.type}` here"),
    )  # fmt: skip


def _branch_words(node: s.If, index: int) -> str:
    if index < len(node.clauses):
        return f"`{node.clauses[index][0].span.text[:60]}` holds"
    shown = node.clauses[-1][0].span.text[:60]
    return f"`{shown}` does not hold"


def _check_return_order(body: Body, node: s.If, returns: list[bool]) -> None:
    """Arms that return stand before those that go on: what follows is the rest of one path."""
    blocks = [*(block for _, block in node.clauses), node.orelse or ()]
    partly = [body.effects.body(block).returns for block in blocks]
    if not any(partly) or all(returns) or body.around.closed is not None:
        return
    if any(partly[returns.index(False) :]):
        body.reporter.report(
            "SGL0308", node.head, "an arm that may return stands after one that goes on",
            help="put the arms that always return first, or bind the result and return it at the end",
        )  # fmt: skip


def check_return(body: Body, node: s.Return) -> None:
    """Check a `return`: where it stands, and its value."""
    kind = NONE
    if node.value is not None:
        kind = body.asked.value(node.value, body.signature.result)
    if body.around.closed is not None:
        place, span = body.around.closed
        body.reporter.report(
            "SGL0304", node.span, f"`return` inside {place}",
            help="bind the result to a name, and return it after the block",
            also=(span, "opened here"),
        )  # fmt: skip
    elif body.signature.result is not None and not accepts(body.signature.result, kind):
        _other_result(body, node, body.signature.result, kind)


def _other_result(body: Body, node: s.Return, wanted: Type, kind: Type) -> None:
    """Report a `return` with another type than the declared one."""
    place = body.signature.result_span
    if node.value is None:
        body.reporter.report("SGL0201", node.span, f"`return` without a value of type `{wanted}`",
                             help="name the value: `return answer`")  # fmt: skip
    elif place is not None:
        mismatch(body.reporter, node.value, wanted, kind, f"declared as `{wanted}`", place)
    else:
        body.reporter.report(
            "SGL0201", node.span, f"a value of type `{kind}` is returned, none is declared",
            help=f"declare it after the parameters: `-> {kind}`",
        )  # fmt: skip
