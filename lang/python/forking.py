"""Forks with a constant number of arms, helpers that take a state, and the methods of a state."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...ir.infer import common_type
from ...ir.ops import Const, Format, MakeList, Operand, Role, Value
from ...ir.types import ANY, INT, STR, ListType
from .appends import Appends
from .context import NOTHING, PURE_GLOBALS
from .parts import Part
from .scope import ArmsData, ArmsRef, ForksRef, Meaning, Pending, StateData, StateRef, Variable
from .source import FunctionSource

MOST_ARMS = 64
_TURNS: Mapping[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_WITHOUT_EFFECT = frozenset({"sync"})


class Forking(Appends):
    """The step from calls on states to scopes."""

    def block(self, body: list[ast.stmt]) -> None:
        """Lower statements, in `statements.py`."""
        raise NotImplementedError

    # --- forks ----------------------------------------------------------------------------------

    def is_fork(self, node: ast.expr) -> int | None:
        """The state that `s.fork(...)` forks."""
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="fork")):
                return self.state_of(owner)
            case _:
                return None

    def fork(self, state: int, node: ast.Call) -> ForksRef | ArmsRef:
        """The arms of a fork; using one prompt twice is all there is to it."""
        given = self._arguments(node, ("size", "position_ids_offset"))
        size = self.static(given["size"]) if "size" in given else (1,)
        if size is None:
            return self._computed_fork(state, given["size"])
        if not isinstance(size[0], int) or not 0 < size[0] <= MOST_ARMS:
            help = f"a constant from 1 to {MOST_ARMS} can be lowered"
            raise self.refuse(
                "SGL0507", node, "a number of arms that is computed at run time", help
            )
        self.flush()
        data = self.state(state)
        group = self._states + 1
        arms: list[int] = []
        for _ in range(size[0]):
            copy = StateData(
                data.prompt, dict(data.variables), dict(data.variables), 0, data.open_role
            )
            arms.append(self.new_state(copy, group if size[0] > 1 else None))
        return ForksRef(state, tuple(arms))

    def _computed_fork(self, state: int, size: ast.expr) -> ArmsRef:
        """Arms whose number is computed at run time; loops over all of them become forks."""
        count = self.expr(size)
        if count.type != INT:
            headline = f"a number of arms of type `{count.type}`"
            raise self.refuse(
                "SGL0507", size, headline, "a parameter that is given an int can be lowered"
            )
        self.flush()
        number = len(self.scope.arms) + 1
        data = self.state(state).copy()
        self.scope.arms[number] = ArmsData(replace(data, inherited=dict(data.variables)))
        return ArmsRef(state, number, count)

    def join(self, forks: ForksRef | ArmsRef, node: ast.Call) -> None:
        """Bind in the parent what the arms have bound: one value, or a list in arm order."""
        self.flush()
        if isinstance(forks, ArmsRef):
            self._join_computed(forks, node)
            return
        parent = self.state(forks.parent)
        arms = [self.state(arm) for arm in forks.arms]
        names = dict.fromkeys(name for arm in arms for name in arm.own())
        for name in names:
            if name in parent.variables:
                help = "another name in the arm keeps both"
                headline = f"an arm binds `{name}`, which is bound before the fork"
                raise self.refuse("SGL0592", node, headline, help)
            found = [arm.variables[name] for arm in arms if name in arm.own()]
            parent.variables[name] = self._gathered(found, name, node)

    def _join_computed(self, arms: ArmsRef, node: ast.Call) -> None:
        parent = self.state(arms.parent)
        for name, variable in self.scope.arms[arms.number].variables.items():
            if name in parent.variables:
                headline = f"an arm binds `{name}`, which is bound before the fork"
                raise self.refuse("SGL0592", node, headline, "another name in the arm keeps both")
            parent.variables[name] = Variable(self._one_or_list(arms, variable, node))

    def _one_or_list(self, arms: ArmsRef, variable: Variable, node: ast.Call) -> Operand:
        """A single arm gives its value, several give the list; how many there are is seen when it runs."""
        if not variable.certain:
            raise self.refuse("SGL0505", node, "some arms bind a name on some paths only")
        given = {"_all": variable.value}
        return self.host_source("_all if len(_all) != 1 else _all[0]", given, node, ANY, "joined")

    def _gathered(self, found: list[Variable], name: str, node: ast.expr) -> Variable:
        if len(found) == 1:
            return found[0]
        if not all(variable.certain for variable in found):
            raise self.refuse("SGL0505", node, f"some arms bind `{name}` on some paths only")
        values = tuple(variable.value for variable in found)
        kind = ListType(common_type([value.type for value in values]))
        made = MakeList(result=Value(kind, name), items=values)
        self.lengths[made.result] = len(values)
        return Variable(self.emit(made, node).result)

    # --- methods of states ----------------------------------------------------------------------

    def state_call(self, node: ast.Call) -> bool:
        """A call of a method of a state or of arms, as a statement; whether it was one."""
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr="join"):
                forks = self.scope.names.get(name)
                if isinstance(forks, StateRef) and len(node.args) == 1:
                    forks = self._forks_named(node.args[0])
                if isinstance(forks, ForksRef | ArmsRef):
                    self.join(forks, node)
                    return True
                return False
            case ast.Attribute(value=owner, attr=attr):
                state = self.state_of(owner)
                return state is not None and self._method_of_state(state, attr, node)
            case _:
                return False

    def _forks_named(self, node: ast.expr) -> Meaning | None:
        return self.scope.names.get(node.id) if isinstance(node, ast.Name) else None

    def _method_of_state(self, state: int, attr: str, node: ast.Call) -> bool:
        if attr in _TURNS and node.args:
            self.append(state, self.turn_parts(_TURNS[attr], node.args[0], node))
            return True
        if attr == "set_var" and len(node.args) == 2:
            self.set_variable(state, node.args[0], node.args[1])
            return True
        if attr in _WITHOUT_EFFECT:
            return True
        headline = f"`{attr}` of a state in the middle of a program"
        raise self.refuse("SGL0506", node, headline, "after the run the returned state has it")

    def set_variable(self, state: int, name: ast.expr, value: ast.expr) -> None:
        """`s["x"] = value`."""
        key, found = self.constant_text(name), self.expr(value)
        self.flush()
        self.state(state).variables[key] = Variable(found)

    def with_state(self, node: ast.With) -> bool:
        """`with s.user():`, `with s.var_scope(name):`, `with s.copy() as t:`; whether it was one."""
        match node.items:
            case [ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr=attr)) as call)]:
                state = self.state_of(call.func.value)  # type: ignore[attr-defined]
            case _:
                return False
        if state is None:
            return False
        if attr in _TURNS and not call.args:
            begin, end = self.turn_parts(_TURNS[attr], None, call)
            self.append(state, [begin])
            self.block(node.body)
            self.append(state, [end])
        elif attr == "var_scope" and len(call.args) == 1:
            self._var_scope(state, self.constant_text(call.args[0]), node)
        elif attr == "copy" and isinstance(node.items[0].optional_vars, ast.Name):
            self.flush()
            data = self.state(state).copy()
            self.scope.names[node.items[0].optional_vars.id] = StateRef(self.new_state(data))
            self.block(node.body)
        else:
            raise self.refuse("SGL0506", call, f"`{attr}` of a state as a `with` block")
        return True

    def _var_scope(self, state: int, name: str, node: ast.With) -> None:
        """A variable that is the text of what is appended inside; it must be there in full."""
        said: list[Operand] = []
        outer = self.append
        before = {n: v.value for n, v in self.state(state).variables.items()}

        def listen(number: int, parts: list[Part]) -> None:
            outer(number, parts)
            if number == state:
                said.extend(self._texts(state, parts, before, node))

        self.append = listen  # type: ignore[method-assign]
        try:
            if any(isinstance(each, ast.If | ast.For | ast.While) for each in ast.walk(node)):
                raise self.refuse("SGL0506", node, "a `var_scope` with branches or loops inside")
            self.block(node.body)
        finally:
            del self.append
        self.flush()
        op = Format(result=Value(STR, name), parts=tuple(said))
        self.state(state).variables[name] = Variable(self.emit(op, node).result)

    def _texts(
        self, state: int, parts: list[Part], before: dict[str, Operand], node: ast.With
    ) -> list[Operand]:
        """The text of each part."""
        from .parts import CallPart, TextPart, ValuePart

        found: list[Operand] = []
        self.flush()
        for part in parts:
            match part:
                case TextPart(text, _, _):
                    found.append(Const(text, STR))
                case ValuePart(value, _) if value.type == STR:
                    found.append(value)
                case CallPart(mark) if mark.name is not None:
                    found.append(self.state(state).variables[mark.name].value)
                case _:
                    raise self.refuse("SGL0506", node, "a `var_scope` around turns or images")
        return found

    # --- helpers --------------------------------------------------------------------------------

    def helper(self, node: ast.expr) -> tuple[Callable[..., Any], Mapping[str, Any]] | None:
        """The function that a call with a state among its arguments calls, and what is bound in it."""
        if not isinstance(node, ast.Call) or not any(map(self._is_handle, _all_args(node))):
            return None
        found = self.static(node.func)
        if found is None:
            return None
        inner = getattr(found[0], "function", found[0])
        return (inner, getattr(found[0], "bound", {})) if inspect.isfunction(inner) else None

    def _is_handle(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            meaning = self.scope.names.get(node.id)
            return isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending)
        return isinstance(node, ast.Subscript) and self.state_of(node) is not None

    def inline(
        self, function: Callable[..., Any], bound: Mapping[str, Any], node: ast.Call
    ) -> Meaning:
        """The body of a helper in place of its call; what it returns."""
        if function in self.calling:
            raise self.refuse("SGL0508", node, f"`{function.__name__}` calls itself")
        names = self._bind_arguments(function, bound, node)
        outer = (self.source, self.scope.names, self.prefix, self.calling, self.loops)
        self.prefix = f"{self.site(node)}."
        self.source = FunctionSource.of(function)
        self.calling, self.loops = (*self.calling, function), 0
        self.scope = self.scope.renamed(names)
        try:
            self.block(self.source.node.body)
            return self.scope.names.get("$return", NOTHING)
        finally:
            self.source, names, self.prefix, self.calling, self.loops = outer
            self.scope = self.scope.renamed(names)

    def _bind_arguments(
        self, function: Callable[..., Any], bound: Mapping[str, Any], node: ast.Call
    ) -> dict[str, Meaning]:
        signature = inspect.signature(function)
        keywords = {keyword.arg or "": keyword.value for keyword in node.keywords}
        if "" in keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self.refuse("SGL0509", node, "arguments that are unpacked at run time")
        try:
            given = signature.bind(*node.args, **{**bound, **keywords})
        except TypeError as error:
            raise self.refuse("SGL0509", node, str(error)) from None
        names: dict[str, Meaning] = {}
        for name, parameter in signature.parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise self.refuse("SGL0509", node, f"a helper with `*{name}`")
            value = given.arguments.get(name, parameter.default)
            names[name] = (
                self.meaning_of(value)
                if isinstance(value, ast.expr)
                else self._outer_value(value, name, node)
            )
        return names

    def meaning_of(self, node: ast.expr) -> Meaning:
        """What a name stands for that is bound to an expression."""
        state = self.state_of(node)
        if state is not None:
            return StateRef(state)
        if isinstance(node, ast.Name):
            found = self.scope.names.get(node.id)
            if isinstance(found, ForksRef | ArmsRef | Pending):
                return found
        forked = self.is_fork(node)
        if forked is not None and isinstance(node, ast.Call):
            return self.fork(forked, node)
        helper = self.helper(node)
        if helper is not None and isinstance(node, ast.Call):
            return self.inline(*helper, node)
        if any(self.primitive(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)):
            return Pending(tuple(self.parts(node)))
        return self.expr(node)

    def _outer_value(self, value: Any, name: str, node: ast.Call) -> Operand:
        """A default or bound value of a helper's parameter."""
        if value is None or type(value) in PURE_GLOBALS:
            found = self._const(value)
            if found is not None:
                return found
        raise self.refuse("SGL0509", node, f"the default of `{name}` is not a constant")


def _all_args(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]
