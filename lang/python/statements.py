"""Statements: branches and loops around prompt operations become regions, others pieces of Python."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any, cast

from ...ir.infer import common_type, item_type
from ...ir.ops import (
    Arith,
    Builtin,
    Const,
    For,
    Fork,
    Index,
    Operand,
    Pick,
    Value,
    While,
    Yield,
)
from ...ir.types import ANY, BOOL, INT, PROMPT, ListType, Type
from .appends import Slot, slots_of
from .context import FALSE, NOTHING, SCALARS, TRUE
from .expressions import StateReads
from .forking import MOST_ARMS, Forking
from .pieces import names_written
from .scope import ArmsData, ArmsRef, ForksRef, Pending, Scope, StateData, StateRef, Variable
from .source import CannotLower

WHILE_LIMIT = 1_000_000
"""Python's `while` has no bound; the IR's has this one."""
_BROKEN = "$broken"
_RETURN = "$return"
_MOST_ROUNDS = 8

Key = tuple[Any, ...]


class Statements(Forking):
    """The step from statements to blocks."""

    def block(self, body: list[ast.stmt]) -> None:
        """Lower statements in order; what follows a branch that may jump goes into its arms."""
        for number, node in enumerate(body):
            rest = body[number + 1 :]
            match node:
                case ast.Return(value=value):
                    return self._return(value, node)
                case ast.Break():
                    self.scope.names[_BROKEN] = TRUE
                    return None
                case ast.Continue():
                    return None
                case ast.If() if _jumps(node):
                    return self._if(node, rest)
                case _:
                    self._statement(node)
        return None

    def _return(self, value: ast.expr | None, node: ast.Return) -> None:
        if self.loops:
            help = "`break` and a `return` after the loop can be lowered"
            raise self.refuse("SGL0502", node, "`return` inside a loop", help)
        self.scope.names[_RETURN] = NOTHING if value is None else self.meaning_of(value)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.AugAssign(op=ast.Add(), target=target, value=value) if self._appends(
                target, value
            ):
                pass
            case ast.AugAssign(target=ast.Name(id=name)) if self._is_scalar(name):
                self._grow_scalar(node)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, value, node)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value, node)
            case ast.Expr(value=ast.Call() as call) if self._call_statement(call):
                pass
            case ast.With() if self.with_state(node):
                pass
            case ast.If() if self._needs_structure(node):
                self._if(node, [])
            case ast.For() if self._needs_structure(node):
                self._for(node)
            case ast.While() if self._needs_structure(node):
                self._while(node)
            case ast.Global() | ast.Nonlocal() | ast.AsyncFor() | ast.AsyncWith():
                raise self.refuse("SGL0502", node, "a statement that can't be lowered")
            case _:
                self._opaque_statement(node)

    # --- appends and assignments ----------------------------------------------------------------

    def _appends(self, target: ast.expr, value: ast.expr) -> bool:
        """`s += x`, `forks[i] += x`, `forks += x`; whether it was one."""
        state = self.state_of(target)
        if state is not None:
            self.append(state, self._appended(value))
            return True
        forks = self.scope.names.get(target.id) if isinstance(target, ast.Name) else None
        if isinstance(forks, ArmsRef):
            self.each_arm(
                forks,
                target,
                lambda arm, index: self.append(arm, self._appended(self._for_index(value, index))),
            )
            return True
        if not isinstance(forks, ForksRef):
            return False
        outer = self.indices
        for number, arm in enumerate(forks.arms):
            self.indices = (*outer, Const(number, INT))
            self.append(arm, self._appended(self._for_arm(value, number)))
        self.indices = outer
        return True

    def _appended(self, value: ast.expr) -> list[Any]:
        found = self.helper(value)
        if found is not None:
            raise self.refuse("SGL0503", value, "what a helper with a state returns is appended")
        return self.parts(value)

    def _for_arm(self, value: ast.expr, number: int) -> ast.expr:
        """What one arm gets: of a list its element, of a function of the index its body."""
        match value:
            case ast.List(elts=items):
                return items[number]
            case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
                return cast("ast.expr", _Replace(name, number).visit(copy.deepcopy(body)))
            case _:
                return value

    def _is_scalar(self, name: str) -> bool:
        meaning = self.scope.names.get(name)
        return isinstance(meaning, Value | Const) and meaning.type in SCALARS

    def _grow_scalar(self, node: ast.AugAssign) -> None:
        """`n += 1` of a number or a text, which no other name can see change."""
        target = cast("ast.Name", node.target)
        old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        value = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
        self.scope.names[target.id] = self.expr(value)

    def _for_index(self, value: ast.expr, index: Value) -> ast.expr:
        """As `_for_arm`, where the number of the arm is computed."""
        match value:
            case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
                self.scope.names[name] = index
                return body
            case ast.List():
                raise self.refuse("SGL0507", value, "a list for a number of arms that is computed")
            case _:
                return value

    def _assign(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
        match target:
            case ast.Name(id=name):
                self.scope.names[name] = self.meaning_of(value)
            case ast.Subscript(value=owner, slice=index) if (
                state := self.state_of(owner)
            ) is not None:
                self.set_variable(state, index, value)
            case ast.Tuple(elts=names) if (forked := self.is_fork(value)) is not None:
                made = self.fork(forked, cast("ast.Call", value))
                arms = made.arms if isinstance(made, ForksRef) else ()
                if len(arms) != len(names) or not all(isinstance(n, ast.Name) for n in names):
                    raise self.refuse("SGL0507", node, f"{len(names)} names for {len(arms)} arms")
                for each, arm in zip(names, arms, strict=True):
                    self.scope.names[cast("ast.Name", each).id] = StateRef(arm)
            case _:
                self._opaque_statement(node)

    def _call_statement(self, call: ast.Call) -> bool:
        if self.state_call(call):
            return True
        found = self.helper(call)
        if found is None:
            return False
        self.inline(*found, call)
        return True

    def _opaque_statement(self, node: ast.stmt) -> None:
        """A statement that Python runs: reads and writes are handed over."""
        inside = () if isinstance(node, ast.FunctionDef | ast.ClassDef) else _inside(node)
        for inner in inside:
            if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.Return):
                raise self.refuse("SGL0502", inner, "a statement that can't be lowered")
        reads = StateReads(self)
        made = cast("ast.stmt", reads.visit(copy.deepcopy(node)))
        self.check_no_state(made)
        writes = names_written([made])
        written = self.host_statements([made], reads.found, writes)
        for number, name in enumerate(writes):
            at = Index(result=Value(ANY, name), items=written, index=Const(number, INT))
            self.scope.names[name] = self.emit(at, node).result

    def _needs_structure(self, node: ast.stmt) -> bool:
        """Whether something inside does more with a state than read it, or jumps out of it."""
        if _jumps(node):
            return True
        left = _without_reads(self, node)
        for inner in ast.walk(left):
            if isinstance(inner, ast.Name):
                meaning = self.scope.names.get(inner.id)
                if isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending):
                    return True
        return False

    # --- if -------------------------------------------------------------------------------------

    def _if(self, node: ast.If, rest: list[ast.stmt]) -> None:
        """Both arms, each followed by the rest of the block."""
        cond = self.condition(node.test)
        if isinstance(cond, Const):
            return self.block((node.body if cond.value else node.orelse) + rest)
        arms = (node.body + rest, node.orelse + rest) if _jumps(node) else (node.body, node.orelse)
        self.flush()
        sides = [
            self.region(self.scope.copy(), lambda body=body: self.block(body)) for body in arms
        ]
        builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
        self.join_branches(cond, builders, scopes, node)
        return None

    # --- for ------------------------------------------------------------------------------------

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

    # --- arms whose number is computed ----------------------------------------------------------

    def _over_computed_arms(self, node: ast.For) -> bool:
        """A loop over all such arms, or over their numbers; whether it was one."""
        over, target, number = node.iter, node.target, ""
        match over, target:
            case (
                ast.Call(func=ast.Name(id="enumerate"), args=[inner], keywords=[]),
                ast.Tuple(elts=[ast.Name(id=number), each]),
            ):
                over, target = inner, each
            case _:
                pass
        arms = self.scope.names.get(over.id) if isinstance(over, ast.Name) else None
        if isinstance(arms, ArmsRef) and isinstance(target, ast.Name):
            name = target.id
            self.each_arm(
                arms, node, lambda arm, i: self._arm_body(node, arms, arm, i, name, number)
            )
            return True
        arms = self._arms_counted_by(node)
        if arms is None or not isinstance(node.target, ast.Name):
            return False
        name = node.target.id
        self.each_arm(arms, node, lambda arm, i: self._arm_body(node, arms, arm, i, "", name))
        return True

    def _arms_counted_by(self, node: ast.For) -> ArmsRef | None:
        """The arms that `for i in range(n)` goes over: those that its body has as `forks[i]`."""
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=[count], keywords=[]):
                pass
            case _:
                return None
        for inner in ast.walk(node):
            match inner:
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)):
                    arms = self.scope.names.get(name)
                    if isinstance(arms, ArmsRef) and index == getattr(node.target, "id", None):
                        return arms if self.expr(count) is arms.count else None
                case _:
                    pass
        return None

    def _arm_body(
        self, node: ast.For, ref: ArmsRef, arm: int, index: Value, name: str, number: str
    ) -> None:
        if name:
            self.scope.names[name] = StateRef(arm)
        if number:
            self.scope.names[number] = index
            self.scope.own_arm[ref.number] = (number, arm)
        self.block(node.body)

    def each_arm(self, ref: ArmsRef, node: ast.AST, write: Callable[[int, Value], None]) -> None:
        """Run something on every arm at once: a fork over the numbers of the arms."""
        if isinstance(node, ast.For) and _own_jumps(node):
            raise self.refuse("SGL0502", node, "`break` or `continue` in a loop over arms")
        self.flush()
        data, externs = self.scope.arms[ref.number], len(self.externs)
        numbers = Builtin(result=Value(ListType(INT)), name="range", args=(ref.count,))
        items = self.emit(numbers, node).result
        index, item = Value(INT, "arm"), Value(INT)
        outer, before = self.indices, self.scope.copy()
        self.indices = (*outer, index)
        found: list[StateData] = []

        def body() -> None:
            state = self._arm_state(data, index, node)
            write(state, index)
            self.flush()
            found.append(self.state(state))

        builder, after = self.region(self.scope.copy(), body)
        self.indices = outer
        self._check_arms_alone(before, after, externs, node)
        names = found[0].own()
        inner = (found[0].prompt, *(found[0].variables[name].value for name in names))
        builder.emit(Yield(values=inner))
        results = tuple(
            Value(ListType(value.type), name)
            for value, name in zip(inner, ("arms", *names), strict=True)
        )
        block = builder.seal(index, item)
        self.emit(Fork(results=results, items=items, bodies=(block,)), node)
        data.prompts = results[0]
        for name, value in zip(names, results[1:], strict=True):
            data.variables[name] = Variable(value, found[0].variables[name].certain)
        data.start.open_role, data.start.unnamed = found[0].open_role, found[0].unnamed

    def _arm_state(self, data: ArmsData, index: Value, node: ast.AST) -> int:
        """One arm as a state, in the body of a fork over all of them."""
        start = data.start.copy()
        if data.prompts is not None:
            pick = Pick(result=Value(PROMPT), prompts=data.prompts, index=index)
            start.prompt = self.emit(pick, node).result
        for name, variable in data.variables.items():
            at = Index(
                result=Value(item_type(variable.value.type), name),
                items=variable.value,
                index=index,
            )
            start.variables[name] = Variable(self.emit(at, node).result, variable.certain)
        return self.new_state(start)

    def _check_arms_alone(self, before: Scope, after: Scope, externs: int, node: ast.AST) -> None:
        """Refuse what arms that run at once can't do: change what others see, or run Python in order."""
        if len(self.externs) > externs:
            raise self.refuse("SGL0507", node, "a loop over arms that runs Python in each of them")
        self.check_arms(before, after, node)
        for slot in slots_of(before, after):
            is_inner = slot.key[0] == "name" and slot.key[1] not in before.names
            if slot.differs and not is_inner:
                raise self.refuse("SGL0507", node, "a loop over arms that changes what is outside")

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
        if _own_jumps(node):
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
        has_break = any(isinstance(n, ast.Break) for n in _own_jumps(node))
        self.scope.names.pop(_BROKEN, None)
        if has_break:
            self.scope.names[_BROKEN] = FALSE
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
        self.scope.names[_BROKEN] = FALSE
        index = Value(INT, "turn")
        slots, builder, args = self._looped(node, lambda: self.block(node.body), index)
        start = self.scope.copy()
        cond_args = tuple(Value(arg.type, arg.hint) for arg in args)
        for slot, arg in zip(slots, cond_args, strict=True):
            slot.put(start, arg)
        found: list[Operand] = []

        def test() -> None:
            broken = self.scope.names[_BROKEN]
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

    # --- what goes around -----------------------------------------------------------------------

    def _unless_broken(self, write: Callable[[], None], node: ast.For) -> None:
        """The body of a loop with `break`: nothing, once that happened."""
        broken = self.scope.names[_BROKEN]
        sides = [
            self.region(self.scope.copy(), lambda: None),
            self.region(self.scope.copy(), write),
        ]
        builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
        self.join_branches(cast("Operand", broken), builders, scopes, node)

    def _looped(
        self, node: ast.For | ast.While, write: Callable[[], None], index: Value
    ) -> tuple[list[Slot], Any, tuple[Value, ...]]:
        """Write a loop's body with what it carries, which is found by trying."""
        self.flush()
        outer_indices = self.indices
        self.indices = (*outer_indices, index)
        self.loops += 1
        carried: dict[Key, Slot] = {}
        try:
            for _ in range(_MOST_ROUNDS):
                with self.trial():
                    found = self._round(write, carried)[1]
                changed = self._carry(node, found, carried)
                if not changed:
                    break
            (builder, scope), found, args = self._rounded(write, carried)
        finally:
            self.loops -= 1
            self.indices = outer_indices
        left = {slot.key: slot.sides[1] for slot in found}
        builder.emit(Yield(values=tuple(left[key] for key in carried)))
        del scope
        return list(carried.values()), builder, args

    def _round(self, write: Callable[[], None], carried: dict[Key, Slot]) -> tuple[Any, list[Slot]]:
        sides, found, _ = self._rounded(write, carried)
        return sides, found

    def _rounded(
        self, write: Callable[[], None], carried: dict[Key, Slot]
    ) -> tuple[tuple[Any, Scope], list[Slot], tuple[Value, ...]]:
        """One try: the region, and how the scope after it differs from the one before the loop."""
        start = self.scope.copy()
        args = tuple(Value(slot.kind, slot.hint) for slot in carried.values())
        for slot, arg in zip(carried.values(), args, strict=True):
            slot.put(start, arg)
        before = self.scope.copy()
        builder, after = self.region(start, write)
        self.check_arms(before, after, self.source.node)
        return (builder, after), slots_of(before, after), args

    def _carry(
        self, node: ast.For | ast.While, found: list[Slot], carried: dict[Key, Slot]
    ) -> bool:
        """Add what a try has changed to what is carried; whether there was anything new."""
        changed = False
        for slot in found:
            if slot.differs and slot.key not in carried and self._outlives(node, slot):
                carried[slot.key] = slot
                changed = True
            elif slot.key in carried:
                kind = common_type([carried[slot.key].kind, slot.sides[1].type])
                certain = carried[slot.key].certain and slot.certain
                if kind != carried[slot.key].kind or certain != carried[slot.key].certain:
                    carried[slot.key].kind, carried[slot.key].certain = _plain(kind), certain
                    changed = True
        return changed

    def _outlives(self, node: ast.For | ast.While, slot: Slot) -> bool:
        """Whether a name means something beyond one iteration."""
        match slot.key:
            case ("name", str(name)) if name.startswith("$") or name in self.scope.names:
                return True
            case ("name", str(name)):
                everywhere = _loads(self.source.node, name)
                return everywhere > _loads(node, name)
            case _:
                return True

    def _after_loop(self, slots: list[Slot], results: tuple[Value, ...]) -> None:
        for slot, value in zip(slots, results, strict=True):
            slot.put(self.scope, value)
        self.scope.names.pop(_BROKEN, None)


def _plain(kind: Type) -> Type:
    return kind


def _loads(node: ast.AST, name: str) -> int:
    found = (n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name)
    return sum(1 for n in found if isinstance(n.ctx, ast.Load))


def _jumps(node: ast.stmt) -> bool:
    """Whether a statement may leave the block that it is in."""
    if isinstance(node, ast.For | ast.While):
        return any(isinstance(inner, ast.Return) for inner in _inside(node))
    return any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in _own_jumps(node))


def _own_jumps(node: ast.AST) -> list[ast.stmt]:
    """The jumps inside a statement that concern it, or what is around it."""
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return | ast.Break | ast.Continue):
            found.append(child)
        elif isinstance(child, ast.For | ast.While):
            found.extend(n for n in _inside(child) if isinstance(n, ast.Return))
        elif not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            found.extend(_own_jumps(child))
    return found


def _inside(node: ast.AST) -> list[ast.AST]:
    """Everything inside a node, without the bodies of functions defined there."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found.append(child)
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            found.extend(_inside(child))
    return found


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (str, int, float, bool)


def _kind(value: Any) -> Type:
    from ...ir.infer import const_type

    return const_type(value)


class _Replace(ast.NodeTransformer):
    """A name by a constant."""

    def __init__(self, name: str, value: int) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self._name:
            return node
        return ast.copy_location(ast.Constant(self._value), node)


def _without_reads(lowering: Statements, node: ast.stmt) -> ast.AST:
    """A statement without what only reads variables of states."""

    class Strip(StateReads):
        def _taken(self, node: ast.expr) -> ast.Name:
            return ast.copy_location(ast.Name("_", ast.Load()), node)

    try:
        return Strip(lowering).visit(copy.deepcopy(node))
    except CannotLower:
        return node
