"""What all steps of a lowering share: the block under construction, host pieces, arms that wait.

The arms of a fork with a constant size are written one statement at a time, in any order. Their
ops are kept per arm, and become one `fork` op when something outside needs them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from ...ir.builder import BlockBuilder
from ...ir.module import Extern
from ...ir.ops import BaseOp, Block, Const, Fork, Host, Op, Operand, Value, Yield
from ...ir.span import Span
from ...ir.structure import results
from ...ir.types import ANY, BOOL, FLOAT, INT, NONE, PROMPT, STR, OptionalType, Type
from .pieces import compile_expression, compile_statements, names_read
from .scope import Meaning, Scope, StateData, Variable
from .source import CannotLower, FunctionSource

_OpT = TypeVar("_OpT", bound=BaseOp)
NOTHING = Const(None, NONE)
TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)
SCALARS = (STR, INT, FLOAT, BOOL)
PURE_GLOBALS = (str, int, float, bool)


@dataclass(frozen=True)
class _Mark:
    """Where a trial began, so that it can be undone."""

    hosts: int
    states: int


class Context:
    """The state of a lowering. The steps on top of it are in `expressions`, `appends`, ..."""

    def __init__(self, source: FunctionSource, defaults: Mapping[str, Any]) -> None:
        self.source, self.defaults = source, defaults
        self.scope = Scope()
        self.hosts: dict[str, Callable[..., Any]] = {}
        self.schemas: dict[str, type] = {}
        self.externs: list[Extern] = []
        self.indices: tuple[Operand, ...] = ()
        self.lengths: dict[Value, int] = {}
        self.taken: dict[tuple[Callable[..., Any], str], tuple[FunctionSource, Any]] = {}
        self.loops = 0
        self.prefix = ""
        self.calling: tuple[Callable[..., Any], ...] = (source.function,)
        self._builder = BlockBuilder()
        self._arms: dict[int, list[Op]] = {}
        self._group: dict[int, int] = {}
        self._sites: dict[str, dict[tuple[int, ...], int]] = {}
        self._used: set[tuple[str, tuple[Operand, ...]]] = set()
        self._spent: set[tuple[str, tuple[Operand, ...]]] = set()
        self._states = 0

    def refuse(self, code: str, node: ast.AST, headline: str, help: str = "") -> CannotLower:
        """The reason why a node can't be lowered."""
        return self.source.refuse(code, node, headline, help)

    # --- ops ------------------------------------------------------------------------------------

    def emit(self, op: _OpT, node: ast.AST) -> _OpT:
        """Add an op to the current block."""
        if self._spent:
            self._used, self._spent = self._used | self._spent, set()
        return self._builder.emit(replace(op, span=self.span(node)))

    def emit_on(self, state: int, op: _OpT, node: ast.AST) -> _OpT:
        """Add an op that belongs to a state: to the block, or to its arm until the arms are run."""
        if state not in self._group:
            return self.emit(op, node)
        placed = replace(op, span=self.span(node))
        self._arms.setdefault(state, []).append(cast("Op", placed))
        return placed

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the user's file."""
        return self.source.span(node)

    def site(self, node: ast.AST) -> str:
        """The site of a call: its number in its function, after the sites that lead there.

        A call that is lowered again on the same path (an expression that is appended twice) is told
        apart by a second number.
        """
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        numbers = self._sites.setdefault(self.prefix, {})
        site = f"{self.prefix}{numbers.setdefault(place, len(numbers) + 1)}"
        again = 1
        while (key := (f"{site}#{again}" if again > 1 else site, self.indices)) in self._used:
            again += 1
        self._used.add(key)
        return key[0]

    def region(self, scope: Scope, write: Callable[[], None]) -> tuple[BlockBuilder, Scope]:
        """Write a block of its own, in a scope of its own; the caller ends and seals it."""
        self.flush()
        outer = self._builder, self.scope, self._arms, self._used
        self._builder, self.scope, self._arms = BlockBuilder(), scope, {}
        self._used = set(self._used)
        try:
            write()
            self.flush()
            return self._builder, self.scope
        finally:
            self._spent |= self._used
            self._builder, self.scope, self._arms, self._used = outer

    @contextmanager
    def trial(self) -> Generator[None]:
        """Whatever is lowered inside is forgotten, but for the numbers of its sites."""
        mark = _Mark(len(self.externs), self._states)
        hosts, group, used, spent = dict(self.hosts), dict(self._group), self._used, self._spent
        self._used, self._spent = set(used), set(spent)
        try:
            yield
        finally:
            self.hosts, self._group, self._used, self._spent = hosts, group, used, spent
            del self.externs[mark.hosts :]
            self._states = mark.states

    # --- states and arms ------------------------------------------------------------------------

    def new_state(self, data: StateData, group: int | None = None) -> int:
        """A state of its own; with a group it is an arm, whose ops wait for its siblings'."""
        self._states += 1
        self.scope.states[self._states] = data
        if group is not None:
            self._group[self._states] = group
        return self._states

    def state(self, number: int) -> StateData:
        """A state as it stands."""
        return self.scope.states[number]

    def flush(self) -> None:
        """Run the arms that wait: several of one fork as one op, a single one in place."""
        groups: dict[int, list[int]] = {}
        for state in self._arms:
            groups.setdefault(self._group[state], []).append(state)
        for arms in groups.values():
            self._run_arms(sorted(arms))
        self._arms = {}

    def _run_arms(self, arms: Sequence[int]) -> None:
        if len(arms) == 1:
            for op in self._arms[arms[0]]:
                self._builder.emit(op)
            return
        bodies: list[Block] = []
        found: list[Value] = []
        for arm in arms:
            data, ops = self.state(arm), self._arms[arm]
            defined = {value for op in ops for value in results(op)}
            names = [n for n, v in data.variables.items() if v.value in defined]
            inner = (data.prompt, *(data.variables[name].value for name in names))
            bodies.append(Block((), (*ops, Yield(values=inner))))
            outer = [Value(PROMPT), *(Value(data.variables[n].value.type, n) for n in names)]
            data.prompt = outer[0]
            for name, value in zip(names, outer[1:], strict=True):
                data.variables[name] = replace(data.variables[name], value=value)
            found += outer
        span = self._arms[arms[0]][0].span
        self._builder.emit(Fork(results=tuple(found), items=None, bodies=tuple(bodies), span=span))

    # --- host pieces ----------------------------------------------------------------------------

    def known(self, names: Sequence[str]) -> dict[str, Operand]:
        """Those of the names that are bound to values here."""
        bound = {name: self.scope.names.get(name) for name in names}
        return {name: v for name, v in bound.items() if isinstance(v, Value | Const)}

    def host_expression(
        self, node: ast.expr, given: Mapping[str, Operand], kind: Type = ANY, hint: str = ""
    ) -> Value:
        """The value of an expression that Python computes. `given`: names that stand for values."""
        args = {**self.known(sorted(names_read([node]))), **given}
        piece = compile_expression(self.source, node, list(args))
        return self._host(piece, args, kind, node, hint)

    def host_statements(
        self, nodes: Sequence[ast.stmt], given: Mapping[str, Operand], writes: Sequence[str]
    ) -> Value:
        """Statements that Python runs; the list of the values of `writes`."""
        args = {**self.known(sorted(names_read(nodes))), **given}
        piece = compile_statements(self.source, nodes, list(args), writes)
        return self._host(piece, args, ANY, nodes[0], "written")

    def _host(
        self,
        piece: Callable[..., Any],
        args: Mapping[str, Operand],
        kind: Type,
        node: ast.AST,
        hint: str,
    ) -> Value:
        self.flush()
        line = node.lineno  # type: ignore[attr-defined]
        name = f"line_{line}_{len(self.externs) + 1}"
        self.hosts[name] = piece
        params = tuple((each, ANY) for each in args)
        self.externs.append(Extern(name, params, kind, span=self.span(node)))
        op = Host(result=Value(kind, hint), extern=name, args=tuple(args.values()))
        return self.emit(op, node).result

    # --- names ----------------------------------------------------------------------------------

    def meaning(self, name: str) -> Meaning | None:
        """What a local name stands for."""
        return self.scope.names.get(name)

    def static(self, node: ast.AST) -> tuple[Any] | None:
        """The Python object that an expression is whatever happens at run time, in a 1-tuple."""
        match node:
            case ast.Constant(value=value):
                return (value,)
            case ast.Name(id=name) if name in self.scope.names:
                meaning = self.scope.names[name]
                return (meaning.value,) if isinstance(meaning, Const) else None
            case ast.Name(id=name):
                return None if name in self.local_names() else self._outer(name)
            case ast.Attribute(value=inner, attr=attr):
                owner = self.static(inner)
                return (getattr(owner[0], attr),) if owner and hasattr(owner[0], attr) else None
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return (-value,)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                found = [self.static(item) for item in items]
                return ([f[0] for f in found if f],) if all(found) else None
            case ast.Dict():
                try:
                    return (ast.literal_eval(node),)
                except (ValueError, TypeError):
                    return None
            case _:
                return None

    def _outer(self, name: str) -> tuple[Any] | None:
        """What a name from outside means, noted so that a later change of it is seen."""
        found = self.source.outer(name)
        if found is not None:
            kept = copy.copy(found[0]) if type(found[0]) in (list, dict) else found[0]
            self.taken[self.source.function, name] = (self.source, kept)
        return found

    def is_stale(self) -> bool:
        """Whether a name from outside means something else than when it was read."""
        for (_, name), (source, was) in self.taken.items():
            now = source.outer(name)
            if now is None or not _is_same(now[0], was):
                return True
        return False

    def local_names(self) -> frozenset[str]:
        """The names that the function binds itself, somewhere."""
        code = self.source.function.__code__
        return frozenset((*code.co_varnames, *code.co_cellvars))

    def read(self, variable: Variable, name: str, node: ast.expr) -> Operand:
        """The value of a variable of a state; where a path may not have bound it, that is checked."""
        if variable.certain:
            return variable.value
        kind = variable.value.type
        plain = kind.item if isinstance(kind, OptionalType) else kind
        missing = f"(_ for _ in ()).throw(KeyError({name!r}))"
        text = f"_bound if _bound is not None else {missing}"
        return self.host_source(text, {"_bound": variable.value}, node, plain, name)

    def host_source(
        self,
        text: str,
        given: Mapping[str, Operand],
        node: ast.AST,
        kind: Type = ANY,
        hint: str = "",
    ) -> Value:
        """The value of an expression of ours, which stands where `node` does."""
        made = ast.parse(text, mode="eval").body
        for inner in ast.walk(made):
            ast.copy_location(inner, node)
        return self.host_expression(made, given, kind, hint)


def _is_same(now: Any, was: Any) -> bool:
    """Whether a name still means what it meant: plain values by value, everything else by identity."""
    if type(was) in (*PURE_GLOBALS, list, tuple, dict):
        return type(now) is type(was) and bool(now == was)
    return now is was
