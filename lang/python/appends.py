"""`s += ...`: what the surface's functions make, as ops on the state's prompt."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

from ...ir.infer import common_type
from ...ir.ops import (
    Const,
    Gen,
    If,
    Image,
    Insert,
    Operand,
    Role,
    Select,
    Text,
    Turn,
    Value,
    Yield,
)
from ...ir.sampling import SAMPLING_FIELDS, Sampling
from ...ir.types import ANY, NONE, PROMPT, STR, ListType
from . import surface
from .expressions import Expressions
from .parts import BranchPart, CallPart, EdgePart, ImagePart, Part, TextPart, ValuePart
from .scope import Pending, StateData, Variable
from .surface import ALIASES, GenMark, SelectMark

_ROLES: Mapping[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_TYPED_DTYPES = {"gen_int": int, "gen_string": str}
_DYNAMIC_CONSTRAINTS = {"regex": "regex", "json_schema": "json", "ebnf": "grammar"}


class Appends(Expressions):
    """The step from something appended to ops."""

    # --- expressions to parts -------------------------------------------------------------------

    def parts(self, node: ast.expr) -> list[Part]:
        """What an appended expression consists of, its values computed."""
        match node:
            case ast.Constant(value=str() as text):
                return [TextPart(text, node)]
            case ast.JoinedStr(values=values):
                return [part for value in values for part in self._joined_parts(value)]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return [*self.parts(left), *self.parts(right)]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [part for item in items for part in self.parts(item)]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return [BranchPart(self.condition(test), body, orelse, node)]
            case ast.Name(id=name) if isinstance(found := self.meaning(name), Pending):
                return cast("list[Part]", list(found.parts))
            case ast.Call() if (kind := self.primitive(node)) is not None:
                return self._primitive_parts(kind, node)
            case _:
                return self._value_parts(node)

    def _joined_parts(self, value: ast.expr) -> list[Part]:
        text = self.text_of(value)
        if isinstance(value, ast.Constant):
            return [TextPart(str(value.value), value)]
        return [ValuePart(text, cast("ast.FormattedValue", value).value)]

    def _value_parts(self, node: ast.expr) -> list[Part]:
        found = self.static(node)
        if found is not None and isinstance(found[0], str):
            is_ours = isinstance(node, ast.Name) and node.id in self.scope.names
            return [TextPart(found[0], node, plain=not is_ours)]
        return [ValuePart(self.expr(node), node)]

    def primitive(self, node: ast.expr) -> str | None:
        """The name of the surface's function that a call calls, if it does."""
        if not isinstance(node, ast.Call):
            return None
        found = self.static(node.func)
        try:
            return surface.PRIMITIVES.get(found[0]) if found else None
        except TypeError:
            return None

    def _primitive_parts(self, kind: str, node: ast.Call) -> list[Part]:
        base, _, edge = kind.partition("_")
        if base in _ROLES:
            if edge in ("begin", "end"):
                return [EdgePart(_ROLES[base], "begin" if edge == "begin" else "end", node)]
            return self.turn_parts(_ROLES[base], self._arguments(node, ("expr",)).get("expr"), node)
        if kind == "image":
            given = self._arguments(node, ("expr",))
            return [ImagePart(self.expr(given["expr"]), node)]
        return [self._call_part(kind, node)]

    def turn_parts(self, role: Role, content: ast.expr | None, node: ast.expr) -> list[Part]:
        """A whole turn around what stands in it."""
        is_empty = content is None or self.static(content) == (None,)
        inner = [] if is_empty else self.parts(cast("ast.expr", content))
        return [EdgePart(role, "begin", node), *inner, EdgePart(role, "end", node)]

    def _arguments(self, node: ast.Call, names: tuple[str, ...]) -> dict[str, ast.expr]:
        """Arguments by the names of the parameters."""
        if any(isinstance(arg, ast.Starred) for arg in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            raise self.refuse("SGL0509", node, "arguments that are unpacked at run time")
        if len(node.args) > len(names):
            raise self.refuse("SGL0509", node, f"more than {len(names)} arguments")
        given = dict(zip(names, node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg not in names:
                raise self.refuse("SGL0509", keyword.value, f"no parameter `{keyword.arg}`")
            given[cast("str", keyword.arg)] = keyword.value
        return given

    def _call_part(self, kind: str, node: ast.Call) -> CallPart:
        """A `gen` or `select`: constant arguments make the mark, others are computed."""
        function: Callable[..., Any] = getattr(surface, kind)
        names = tuple(inspect.signature(function).parameters)
        static: dict[str, Any] = {}
        dynamic: list[tuple[str, Operand]] = []
        choices: Operand | None = None
        for name, value in self._arguments(node, names).items():
            found = self.static(value)
            if name == "name" and found is None:
                static["name"] = self.constant_text(value)
            elif found is not None:
                static[name] = found[0]
            elif name == "choices":
                choices = self._as_choices(value)
                static[name] = [""]
            else:
                dynamic.append((self._dynamic_name(name, value), self.expr(value)))
        mark = self._mark(kind, static, node)
        return CallPart(mark, tuple(dynamic), choices, node)

    def _mark(self, kind: str, static: Mapping[str, Any], node: ast.Call) -> GenMark | SelectMark:
        try:
            if kind == "select":
                return surface.select(**static)
            dtype = {"dtype": _TYPED_DTYPES[kind]} if kind in _TYPED_DTYPES else {}
            return surface.mark_of({**static, **dtype})
        except (TypeError, ValueError) as error:
            raise self.refuse("SGL0509", node, str(error)) from None

    def _as_choices(self, node: ast.expr) -> Operand:
        value = self.expr(node)
        if value.type == ListType(STR):
            return value
        return self.host_source("list(_value)", {"_value": value}, node, ListType(STR), "choices")

    def _dynamic_name(self, name: str, node: ast.expr) -> str:
        name = _DYNAMIC_CONSTRAINTS.get(name, ALIASES.get(name, name))
        if name in SAMPLING_FIELDS or name in _DYNAMIC_CONSTRAINTS.values():
            return name
        raise self.refuse("SGL0504", node, f"`{name}` must be known when the program is compiled")

    # --- parts to ops ---------------------------------------------------------------------------

    def append(self, state: int, parts: list[Part]) -> None:
        """Append parts to a state, in order."""
        for part in parts:
            match part:
                case TextPart(text, node, plain):
                    if text:
                        self._grow(
                            state,
                            node,
                            lambda to, p, t=text, q=plain: Text(
                                result=to, prompt=p, text=t, plain=q
                            ),
                        )
                case ValuePart(value, node):
                    self._insert(state, value, node)
                case EdgePart():
                    self._edge(state, part)
                case ImagePart(image, node):
                    shown = image
                    self._grow(
                        state, node, lambda to, p, i=shown: Image(result=to, prompt=p, image=i)
                    )
                case CallPart():
                    self._ask(state, part)
                case BranchPart():
                    self._branch(state, part)

    def _grow(self, state: int, node: ast.AST, make: Callable[[Value, Operand], Any]) -> None:
        result = Value(PROMPT)
        data = self.state(state)
        self.emit_on(state, make(result, data.prompt), node)
        data.prompt = result

    def _insert(self, state: int, value: Operand, node: ast.expr) -> None:
        """Append a text; anything else is what direct mode refuses, so that Python refuses it here."""
        if value.type == ANY:
            refusal = "TypeError(f'`s +=` takes text, not a {type(_v).__name__}')"
            otherwise = f"(_ for _ in ()).throw({refusal})"
            text = f"_v if isinstance(_v, str) else {otherwise}"
            value = self.host_source(text, {"_v": value}, node, STR, "text")
        elif value.type != STR:
            raise self.refuse(
                "SGL0509", node, f"a `{value.type}` is appended", "`str(...)` of it is a text"
            )
        self._grow(state, node, lambda to, p: Insert(result=to, prompt=p, value=value))

    def _edge(self, state: int, part: EdgePart) -> None:
        data = self.state(state)
        if part.edge == "begin" and data.open_role is not None:
            headline = f"a {part.role} turn inside a {data.open_role} turn"
            raise self.refuse("SGL0591", part.node, headline)
        if part.edge == "end" and data.open_role != part.role:
            headline = f"the end of a {part.role} turn that is not open"
            raise self.refuse("SGL0591", part.node, headline)
        self._grow(
            state,
            part.node,
            lambda to, p: Turn(result=to, prompt=p, role=part.role, edge=part.edge),
        )
        data.open_role = part.role if part.edge == "begin" else None

    def _ask(self, state: int, part: CallPart) -> None:
        data, mark = self.state(state), part.mark
        name = mark.name
        if name is None:
            name, data.unnamed = f"gen_{data.unnamed}", data.unnamed + 1
        if isinstance(mark, SelectMark):
            value = self._select(state, data, part, mark, name)
        else:
            value = self._gen(state, data, part, mark, name)
        data.variables[name] = Variable(value)

    def _select(
        self, state: int, data: StateData, part: CallPart, mark: SelectMark, name: str
    ) -> Value:
        prompt, value = Value(PROMPT), Value(STR, name)
        choices = part.choices or Const(list(mark.choices), ListType(STR))
        op = Select(
            prompt=prompt, value=value, source=data.prompt, choices=choices,
            site=self.site(part.node), indices=self.indices, method=mark.method, name=name,
        )  # fmt: skip
        self.emit_on(state, op, part.node)
        data.prompt = prompt
        return value

    def _gen(self, state: int, data: StateData, part: CallPart, mark: GenMark, name: str) -> Value:
        sampling = self._sampling(mark, part.node)
        if mark.schema is not None:
            self.schemas[name] = mark.schema
        is_many = sampling.n is not None or any(key == "n" for key, _ in part.dynamic)
        prompt = None if is_many else Value(PROMPT)
        value = Value(ListType(STR) if is_many else STR, name)
        op = Gen(
            prompt=prompt, value=value, source=data.prompt, site=self.site(part.node),
            indices=self.indices, sampling=sampling, constraint=mark.constraint,
            dynamic=part.dynamic, name=name,
        )  # fmt: skip
        self.emit_on(state, op, part.node)
        if sampling.n is not None and is_many and not any(key == "n" for key, _ in part.dynamic):
            self.lengths[value] = sampling.n
        if prompt is not None:
            data.prompt = prompt
        return value

    def _sampling(self, mark: GenMark, node: ast.AST) -> Sampling:
        given = {**self.defaults, **mark.given}
        as_lists = ("stop", "stop_token_ids", "stop_regex")
        for name in as_lists:
            if isinstance(given.get(name), str | int):
                given[name] = (given[name],)
            elif name in given:
                given[name] = tuple(given[name])
        try:
            return Sampling(**given)
        except TypeError as error:
            raise self.refuse("SGL0509", node, str(error)) from None

    def _branch(self, state: int, part: BranchPart) -> None:
        """`s += a if c else b`."""
        self.flush()
        scopes, builders = [], []
        for side in (part.then, part.orelse):
            builder, scope = self.region(
                self.scope.copy(), lambda side=side: self.append(state, self.parts(side))
            )
            scopes.append(scope)
            builders.append(builder)
        self.join_branches(part.cond, builders, scopes, part.node)

    # --- branches -------------------------------------------------------------------------------

    def check_arms(self, one: Any, two: Any, node: ast.AST) -> None:
        """Refuse arms of a computed number that some paths, or iterations, have changed and others not."""
        for number in set(one.arms) & set(two.arms):
            if one.arms[number].prompts is not two.arms[number].prompts:
                headline = "arms of a computed number that only some paths append to"
                raise self.refuse("SGL0507", node, headline)

    def join_branches(
        self, cond: Operand, builders: list[Any], scopes: list[Any], node: ast.AST
    ) -> None:
        """End two regions that start from this scope, and mean afterwards what either left behind."""
        self.check_arms(scopes[0], scopes[1], node)
        slots = [slot for slot in slots_of(scopes[0], scopes[1]) if slot.differs]
        blocks = []
        for side, builder in enumerate(builders):
            builder.emit(Yield(values=tuple(slot.sides[side] for slot in slots)))
            blocks.append(builder.seal())
        results = tuple(Value(slot.kind, slot.hint) for slot in slots)
        self.emit(If(results=results, cond=cond, then=blocks[0], orelse=blocks[1]), node)
        merged = scopes[0].copy()
        for name in list(merged.names):
            if name not in scopes[1].names and not isinstance(merged.names[name], Value | Const):
                del merged.names[name]
        for number, data in scopes[1].states.items():
            if number in merged.states:
                mine = merged.states[number]
                mine.unnamed = max(mine.unnamed, data.unnamed)
                if mine.open_role != data.open_role:
                    raise self.refuse("SGL0591", node, "a turn that is open on one path only")
        for slot, value in zip(slots, results, strict=True):
            slot.put(merged, value)
        for slot in slots_of(scopes[0], scopes[1]):
            if not slot.differs:
                slot.put(merged, slot.sides[0])
        self.scope.adopt(merged)


class Slot:
    """One thing that two scopes may mean differently: a name, a prompt, or a variable of a state."""

    def __init__(self, key: tuple[Any, ...], sides: tuple[Operand, Operand], certain: bool) -> None:
        self.key, self.sides, self.certain = key, sides, certain
        self.differs = sides[0] != sides[1]
        self.kind = common_type([side.type for side in sides])
        self.hint = key[-1] if isinstance(key[-1], str) else ""

    def put(self, scope: Any, value: Operand) -> None:
        """Make a scope mean `value` here."""
        match self.key:
            case ("name", name):
                scope.names[name] = value
            case ("prompt", number):
                scope.states[number].prompt = value
            case (_, number, name):
                scope.states[number].variables[name] = Variable(value, self.certain)


def slots_of(one: Any, two: Any) -> list[Slot]:
    """Everything that may differ between two scopes."""
    nothing = Const(None, NONE)
    found: list[Slot] = []
    for name in dict.fromkeys((*one.names, *two.names)):
        sides = tuple(s.names.get(name, nothing) for s in (one, two))
        if all(isinstance(side, Value | Const) for side in sides):
            found.append(Slot(("name", name), cast("tuple[Operand, Operand]", sides), True))
    for number in one.states:
        if number not in two.states:
            continue
        states = one.states[number], two.states[number]
        prompts = states[0].prompt, states[1].prompt
        found.append(Slot(("prompt", number), prompts, True))
        for name in dict.fromkeys((*states[0].variables, *states[1].variables)):
            vars_ = [state.variables.get(name) for state in states]
            certain = all(each is not None and each.certain for each in vars_)
            values = tuple(each.value if each else nothing for each in vars_)
            slot = Slot(
                ("variable", number, name), cast("tuple[Operand, Operand]", values), certain
            )
            found.append(slot)
    return found
