"""`match` around what is appended: its cases as branches, where they compare with constants or take anything.

Called by `statements`.
"""

from __future__ import annotations

import ast

from .context import Lowering

_SUBJECT = "$subject"


def as_branches(low: Lowering, node: ast.Match) -> list[ast.stmt]:
    """The same as an assignment of the subject and branches. Refuses patterns that take things apart."""
    subject = f"{_SUBJECT}{node.lineno}"
    keep = _at(ast.Assign([ast.Name(subject, ast.Store())], node.subject), node)
    rest: list[ast.stmt] = []
    for case in reversed(node.cases):
        rest = _branch(low, subject, case, rest)
    return [keep, *rest]


def _branch(
    low: Lowering, subject: str, case: ast.match_case, rest: list[ast.stmt]
) -> list[ast.stmt]:
    """A case, and what follows where it does not fit."""
    test, bound = _test(low, subject, case.pattern)
    takes = [
        _at(ast.Assign([ast.Name(n, ast.Store())], _load(subject)), case.pattern) for n in bound
    ]
    if test is None and case.guard is None:
        return [*takes, *case.body]
    if case.guard is not None and bound:
        raise low.refuse("SGL0502", case.guard, "a guard of a case that binds a name")
    tests = [each for each in (test, case.guard) if each is not None]
    whole = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    return [_at(ast.If(whole, [*takes, *case.body], rest), case.pattern)]


def _test(low: Lowering, subject: str, pattern: ast.pattern) -> tuple[ast.expr | None, list[str]]:
    """What is asked of the subject, nothing if anything fits, and the names that it is bound to."""
    match pattern:
        case ast.MatchValue(value=ast.Constant() as value):
            return ast.Compare(_load(subject), [ast.Eq()], [value]), []
        case ast.MatchSingleton(value=value):
            return ast.Compare(_load(subject), [ast.Is()], [ast.Constant(value)]), []
        case ast.MatchOr(patterns=patterns):
            found = [_test(low, subject, each) for each in patterns]
            tests = [test for test, bound in found if test is not None and not bound]
            if len(tests) == len(found):
                return ast.BoolOp(ast.Or(), tests), []
        case ast.MatchAs(pattern=None, name=name):
            return None, [] if name is None else [name]
        case _:
            pass
    help = "a case that compares with constants, or takes anything, can be lowered"
    raise low.refuse("SGL0502", pattern, "a case that takes its subject apart", help)


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _at(made: ast.stmt, node: ast.AST) -> ast.stmt:
    """A statement of ours, all of which stands where `node` does, but for what is the user's."""
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return made
