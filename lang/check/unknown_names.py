"""Names that are not bound: why they are not, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from ..syntax import nodes as s
from .builtin_types import BUILTINS
from .report import Reporter
from .scope import Lost, Scope
from .suggest import closest
from .symbols import FileScope

MODEL_CALLS = ("gen", "select")
_CONSTANTS = {"True": "true", "False": "false", "None": "none", "null": "none"}
_FOREIGN = {
    "True": "`true`", "False": "`false`", "None": "`none`", "null": "`none`",
    "print": "an expression statement: its value joins the prompt", "str": '`"{x}"`',
    "int": "a declared type: `x: int = gen()`", "any": "a comprehension and `len`",
    "all": "a comprehension and `len`", "format": '`"{x:.2f}"`', "abs": "`x if x >= 0 else -x`",
    "append": "`items + [item]`", "input": "a parameter of the program",
    "assert": "`expect`, in a `test`", "float": "a declared type: `x: float = gen()`",
    "dict": "a record, `{a: 1}`, or a list of records, in which `find_by` looks",
    "set": "a list", "tuple": "a list or a record", "list": "a list: `[a, b]`",
    "map": "a comprehension: `[f(x) for x in xs]`",
    "filter": "a comprehension: `[x for x in xs if x > 0]`",
    "open": '`text NAME = file("name.md")`, or a host function',
    "s": "an expression statement: its value joins the prompt",
}  # fmt: skip


def unknown_name(
    node: s.Name, scope: Scope, file: FileScope, reporter: Reporter, owner: str
) -> None:
    """Report a name that is not bound, with what is known about it."""
    lost = scope.lookup_lost(node.text)
    if lost is not None:
        _lost_name(node, lost, reporter)
        return
    label = f"not bound in {owner}" if owner else ""
    near = _near(node.text, scope, file)
    help = name_help(node.text, near, scope)
    fix = _CONSTANTS.get(node.text, near)
    reporter.report("SGL0104", node.span, f"unknown name `{node.text}`", label, help=help, fix=fix)


def _lost_name(node: s.Name, lost: Lost, reporter: Reporter) -> None:
    """Report a name that was bound before, and is not any more."""
    if lost.why == "branch":
        reporter.report(
            "SGL0102", node.span, f"`{node.text}` is not bound on every path",
            f"not bound when {lost.place}",
            help=f"bind `{node.text}` in every arm, or before the `if`",
            also=(lost.span, "bound here only"),
        )  # fmt: skip
    else:
        reporter.report(
            "SGL0103", node.span, f"`{node.text}` ended with its loop",
            "not bound after the loop", help=f"bind `{node.text}` before the loop to carry it",
            also=(lost.span, "bound here, anew in each iteration"),
        )  # fmt: skip


def _near(name: str, scope: Scope, file: FileScope) -> str | None:
    """A known name that is like an unknown one; none where it is a word of another language."""
    known = scope.names() | set(file.names) | set(BUILTINS) | set(MODEL_CALLS)
    near = closest(name, known)
    return None if name in _FOREIGN and near not in scope.names() else near


def name_help(name: str, near: str | None, scope: Scope) -> str:
    """What to do about an unknown name."""
    if name in _FOREIGN and near is None:
        return f"write {_FOREIGN[name]}"
    if near is None:
        return f"bind it first, or declare a parameter: `{name}: str`"
    variable = scope.lookup(near)
    if variable is not None and variable.is_param:
        return f"the parameter `{near}` is in scope"
    if near in BUILTINS:
        return f"there is a function `{BUILTINS[near].signature(near)}`"
    return f"there is a name `{near}`"


def listed(names: Iterable[str]) -> str:
    """A few names for a message."""
    return ", ".join(f"`{name}`" for name in list(names)[:6]) or "no names"
