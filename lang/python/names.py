"""The names that syntax reads, binds, unbinds, or certainly binds. Pure functions over `ast`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

_OWN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def names_read(nodes: Sequence[ast.AST]) -> set[str]:
    """Every name of the function that is loaded, or written where the old value matters.

    What a comprehension binds, and the parameters of a lambda, are names of their own.
    """
    found: set[str] = set()
    for root in nodes:
        _collect_read(root, frozenset(), found)
    return found


def _collect_read(node: ast.AST, own: frozenset[str], found: set[str]) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load() | ast.Del()) if name not in own:
            found.add(name)
        case ast.AugAssign(target=ast.Name(id=name)) if name not in own:
            found.add(name)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            first, *rest = node.generators
            _collect_read(first.iter, own, found)
            bound = {n.id for g in node.generators for n in ast.walk(g.target)
                     if isinstance(n, ast.Name)}  # fmt: skip
            inner = own | bound
            parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
            tests = [test for g in node.generators for test in g.ifs]
            for each in (*parts, *tests, *(g.iter for g in rest)):
                _collect_read(each, inner, found)
            return
        case ast.Lambda(args=args, body=body):
            for default in (*args.defaults, *(d for d in args.kw_defaults if d is not None)):
                _collect_read(default, own, found)
            _collect_read(body, own | names_of(args), found)
            return
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        _collect_read(child, own, found)


def names_of(args: ast.arguments) -> frozenset[str]:
    """The names of parameters."""
    given = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    return frozenset(each.arg for each in given if each is not None)


def names_written(nodes: Sequence[ast.AST]) -> list[str]:
    """Every local name that is bound or unbound, in order; names of inner functions are their own."""
    found: dict[str, None] = {}
    for root in nodes:
        _collect_written(root, found)
    return list(found)


def _collect_written(node: ast.AST, found: dict[str, None]) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found[node.name] = None
        return
    if isinstance(node, _OWN_SCOPE):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
                found[inner.target.id] = None
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        found[node.id] = None
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            found[(alias.asname or alias.name).split(".")[0]] = None
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        found[node.name] = None
    if isinstance(node, ast.MatchMapping) and node.rest:
        found[node.rest] = None
    for child in ast.iter_child_nodes(node):
        _collect_written(child, found)


def names_unbound(node: ast.AST) -> set[str]:
    """The names that are unbound somewhere inside: by `del`, and by the end of `except ... as`."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Del):
            found.add(inner.id)
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            found.add(inner.name)
    return found


def surely_binds(node: ast.stmt, name: str) -> bool:
    """Whether a name is bound once a statement has ended well, whatever it was before."""
    match node:
        case ast.Assign(targets=targets):
            return any(_binds(target, name) for target in targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            return _binds(target, name)
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
            return name in names_written([node])
        case ast.With(items=items, body=body):
            held = (i.optional_vars for i in items if i.optional_vars is not None)
            return any(_binds(each, name) for each in held) and name not in names_unbound(node)
        case ast.If(body=body, orelse=orelse):
            return all(any(surely_binds(each, name) for each in side) for side in (body, orelse))
        case _:
            return False


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
               for n in ast.walk(target))  # fmt: skip


def exposed(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether statements may read what a name meant before them."""
    for node in body:
        if _is_exposed_in(node, name):
            return True
        if surely_binds(node, name):
            return False
    return False


def _is_exposed_in(node: ast.stmt, name: str) -> bool:
    """The same for one statement. What a loop goes through is bound in its body."""
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            return name in names_read([test]) or exposed(body, name) or exposed(orelse, name)
        case ast.For(target=target, iter=over, body=body, orelse=orelse):
            is_bound = name in names_written([target])
            in_body = not is_bound and exposed(body, name)
            return name in names_read([target, over]) or in_body or exposed(orelse, name)
        case _:
            return name in names_read([node])
