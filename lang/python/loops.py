"""Loops: those over arms are unrolled, others stay loops, with what they carry."""

from __future__ import annotations

import ast
from typing import Any, cast

from ...ir.infer import common_type, item_type
from ...ir.ops import (
    Arith,
    Builtin,
    Const,
    For,
    Index,
    Operand,
    Value,
    While,
    Yield,
)
from ...ir.types import ANY, BOOL, INT, ListType, Type
from .arms import ComputedArms
from .carrying import BROKEN
from .context import FALSE
from .forking import MOST_ARMS
from .jumps import own_jumps
from .pieces import names_written
from .scope import ForksRef, StateRef
from .source import CannotLower

WHILE_LIMIT = 1_000_000
"""Python's `while` has no bound; the IR's has this one."""


class Loops(ComputedArms):
    """The step from `for` and `while` to their ops."""

    def _for(self, node: ast.For) -> None:
        if node.orelse:
            raise self.refuse("SGL0502", node, "a loop with `else`")
        if self._over_computed_arms(node):
            return None
        rounds = self._rounds(node)
        if rounds is not None and self._is_over_arms(node):
            return self._unroll(node, rounds)
        try:
            with self.trial():
                self.region(self.scope.copy(), lambda: self._loop_over(node))
        except CannotLower as error:
            if rounds is None or error.diagnostic.code not in ("SGL0504", "SGL0507"):
                raise
            return self._unroll(node, rounds)
        self._loop_over(node)
        return None

    def _is_over_arms(self, node: ast.For) -> bool:
        names = {inner.id for inner in ast.walk(node.iter) if isinstance(inner, ast.Name)}
        return any(isinstance(self.scope.names.get(name), ForksRef) for name in names)

    def _rounds(self, node: ast.For) -> list[dict[str, Any]] | None:
        """What the loop's names stand for in each round, if that is known; at most 64 rounds."""
        items = self._static_items(node.iter)
        if items is None or len(items) > MOST_ARMS:
            return None
        rounds = [self._bound_by(node.target, item) for item in items]
        return None if None in rounds else cast("list[dict[str, Any]]", rounds)

    def _static_items(self, node: ast.expr) -> list[Any] | None:
        """The items of an iterable, as meanings, lists of them, or nodes to be lowered."""
        match node:
            case ast.Name(id=name) if isinstance(forks := self.scope.names.get(name), ForksRef):
                return [StateRef(arm) for arm in forks.arms]
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
                found = [self._static_int(arg) for arg in args]
                if any(each is None for each in found):
                    return None
                return [Const(number, INT) for number in range(*cast("list[int]", found))][:65]
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner], keywords=[]):
                items = self._static_items(inner)
                return items and [[Const(n, INT), item] for n, item in enumerate(items)]
            case ast.Call(func=ast.Name(id="zip"), args=args, keywords=[]):
                columns = [self._static_items(arg) for arg in args]
                if any(column is None for column in columns):
                    return None
                return [list(row) for row in zip(*cast("list[Any]", columns), strict=False)]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self._row(item) for item in items]
            case _:
                found = self.static(node)
                if found is None or not isinstance(found[0], list | tuple):
                    return None
                consts = [self._const(each) if _is_plain(each) else None for each in found[0]]
                return None if None in consts else consts

    def _row(self, node: ast.expr) -> Any:
        """An element of a display; a tuple of them element by element."""
        return [self._row(n) for n in node.elts] if isinstance(node, ast.Tuple) else node

    def _static_int(self, node: ast.expr) -> int | None:
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                forks = self.scope.names.get(name)
                return len(forks.arms) if isinstance(forks, ForksRef) else None
            case _:
                found = self.static(node)
                return found[0] if found and type(found[0]) is int else None

    def _bound_by(self, target: ast.expr, item: Any) -> dict[str, Any] | None:
        """The names that a target binds to an item."""
        if isinstance(target, ast.Name):
            return None if isinstance(item, list) else {target.id: item}
        if not isinstance(target, ast.Tuple | ast.List) or not isinstance(item, list):
            return None
        if len(target.elts) != len(item):
            return None
        found: dict[str, Any] = {}
        for inner, each in zip(target.elts, item, strict=True):
            part = self._bound_by(inner, each)
            if part is None:
                return None
            found |= part
        return found

    def _unroll(self, node: ast.For, rounds: list[dict[str, Any]]) -> None:
        """Each round as statements of its own; its calls have the round as an index."""
        if own_jumps(node):
            raise self.refuse("SGL0502", node, "`break` or `continue` in a loop over arms")
        outer = self.indices
        for number, names in enumerate(rounds):
            self.indices = (*outer, Const(number, INT))
            for name, meaning in names.items():
                self.scope.names[name] = (
                    self.meaning_of(meaning) if isinstance(meaning, ast.expr) else meaning
                )
            self.block(node.body)
        self.indices = outer

    def _loop_over(self, node: ast.For) -> None:
        """A loop that stays one."""
        items, target, index_name = self._items(node)
        has_break = any(isinstance(n, ast.Break) for n in own_jumps(node))
        self.scope.names.pop(BROKEN, None)
        if has_break:
            self.scope.names[BROKEN] = FALSE
        index = Value(INT, index_name or "i")
        kind = item_type(items.type) if isinstance(items.type, ListType) else ANY
        item = Value(kind, target.id if isinstance(target, ast.Name) else "item")

        def write() -> None:
            if index_name:
                self.scope.names[index_name] = index
            self._bind_target(target, item, node)
            self.block(node.body)

        body = (lambda: self._unless_broken(write, node)) if has_break else write
        slots, builder, args = self._looped(node, body, index)
        results = tuple(Value(arg.type, slot.hint) for slot, arg in zip(slots, args, strict=True))
        made = For(
            results=results,
            items=items,
            inits=tuple(slot.sides[0] for slot in slots),
            body=builder.seal(index, item, *args),
        )
        self.emit(made, node)
        self._after_loop(slots, results)

    def _items(self, node: ast.For) -> tuple[Operand, ast.expr, str]:
        """The list that a loop goes over, what each item is bound to, and the name of the index."""
        over, target, index_name = node.iter, node.target, ""
        match over, target:
            case (
                ast.Call(func=ast.Name(id="enumerate"), args=[inner], keywords=[]),
                ast.Tuple(elts=[ast.Name(id=name), each]),
            ):
                over, target, index_name = inner, each, name
            case _:
                pass
        match over:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
                bounds = tuple(self.expr(arg) for arg in args)
                if all(bound.type == INT for bound in bounds):
                    made = Builtin(result=Value(ListType(INT)), name="range", args=bounds)
                    return self.emit(made, node).result, target, index_name
            case _:
                pass
        found = self.static(over)
        if found and isinstance(found[0], list | tuple) and all(map(_is_plain, found[0])):
            kind = ListType(common_type([_kind(each) for each in found[0]]))
            return Const(list(found[0]), kind), target, index_name
        value = self.expr(over)
        if isinstance(value.type, ListType):
            return value, target, index_name
        return self.host_source("list(_value)", {"_value": value}, over), target, index_name

    def _bind_target(self, target: ast.expr, item: Value, node: ast.For) -> None:
        if isinstance(target, ast.Name):
            self.scope.names[target.id] = item
            return
        value = ast.copy_location(ast.Name("_item", ast.Load()), node)
        assign = ast.copy_location(ast.Assign([target], value), node)
        writes = names_written([assign])
        written = self.host_statements([assign], {"_item": item}, writes)
        for number, name in enumerate(writes):
            at = Index(result=Value(ANY, name), items=written, index=Const(number, INT))
            self.scope.names[name] = self.emit(at, node).result

    # --- while ----------------------------------------------------------------------------------

    def _while(self, node: ast.While) -> None:
        if node.orelse:
            raise self.refuse("SGL0502", node, "a loop with `else`")
        self.scope.names[BROKEN] = FALSE
        index = Value(INT, "turn")
        slots, builder, args = self._looped(node, lambda: self.block(node.body), index)
        start = self.scope.copy()
        cond_args = tuple(Value(arg.type, arg.hint) for arg in args)
        for slot, arg in zip(slots, cond_args, strict=True):
            slot.put(start, arg)
        found: list[Operand] = []

        def test() -> None:
            broken = self.scope.names[BROKEN]
            goes_on = self.condition(node.test)
            if isinstance(broken, Value):
                not_broken = Arith(result=Value(BOOL), op="not", args=(broken,))
                stopped = self.emit(not_broken, node).result
                goes_on = self.branch_value(stopped, goes_on, FALSE, node.test, as_condition=True)
            found.append(goes_on)

        cond, _ = self.region(start, test)
        cond.emit(Yield(values=(found[0],)))
        results = tuple(Value(arg.type, slot.hint) for slot, arg in zip(slots, args, strict=True))
        made = While(
            results=results,
            inits=tuple(slot.sides[0] for slot in slots),
            cond=cond.seal(*cond_args),
            body=builder.seal(index, *args),
            limit=Const(WHILE_LIMIT, INT),
        )
        self.emit(made, node)
        self._after_loop(slots, results)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (str, int, float, bool)


def _kind(value: Any) -> Type:
    from ...ir.infer import const_type

    return const_type(value)
