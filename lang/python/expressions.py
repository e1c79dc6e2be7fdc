"""Expressions: what is certain to mean the same in the IR is lowered, the rest is a piece of Python.

Lowered are scalars and what is immutable about them. A value of any other type is handled by Python
alone, by reference and in program order, so that its identity and its changes are Python's.
"""

from __future__ import annotations

import ast
import copy
from typing import cast

from ...ir.infer import common_type, item_type
from ...ir.ops import (
    Arith,
    ArithOp,
    Builtin,
    Compare,
    CompareOp,
    Const,
    Format,
    If,
    Index,
    MakeList,
    Operand,
    Value,
    Yield,
)
from ...ir.types import ANY, BOOL, FLOAT, INT, STR, ListType, OptionalType, Type
from ...ir.values.limits import Json
from .context import FALSE, NOTHING, PURE_GLOBALS, SCALARS, TRUE, Context
from .pieces import names_read, names_written
from .scope import ArmsRef, ForksRef, Pending, StateRef

_COMPARES: dict[type, CompareOp] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip
_ARITHS: dict[type, ArithOp] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}
_METHODS = {
    "strip": (0, 1), "lower": (0, 0), "upper": (0, 0), "startswith": (1, 1), "endswith": (1, 1),
    "replace": (2, 2),
}  # fmt: skip
"""Methods of texts that are functions of the language, with how many arguments."""
READS = frozenset({"get_var"})


class Expressions(Context):
    """The step from a syntax tree to an operand."""

    def expr(self, node: ast.expr) -> Operand:
        """The value of an expression."""
        found = self._lowered(node)
        return found if found is not None else self.opaque(node)

    def condition(self, node: ast.expr) -> Operand:
        """Whether an expression is true, as an operand that the IR can branch on."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self._not(self.condition(inner), node)
            case ast.BoolOp():
                return self._bool_op(node)
            case _:
                found = self.expr(node)
        if found.type in SCALARS or isinstance(found, Const):
            return found
        return self.host_source("bool(_value)", {"_value": found}, node, BOOL, "is_true")

    # --- lowering -------------------------------------------------------------------------------

    def _lowered(self, node: ast.expr) -> Operand | None:
        """The operand of an expression, if the IR can say it."""
        match node:
            case ast.Constant(value=None | bool() | int() | float() | str() as value):
                return self._const(value)
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case ast.JoinedStr():
                return self._joined(node)
            case ast.BinOp():
                return self._bin_op(node)
            case ast.Compare(ops=[_], comparators=[_]):
                return self._compare(node)
            case ast.BoolOp():
                return self._bool_value(node)
            case ast.UnaryOp(op=ast.Not()) if self._is_pure(node.operand):
                return self.condition(node)
            case ast.IfExp():
                return self._choice(node.test, node.body, node.orelse, node)
            case ast.Subscript(value=inner, slice=index):
                return self._variable(inner, index, node)
            case ast.Call():
                return self._call(node)
            case ast.ListComp():
                return self._over_arms(node)
            case _:
                return None

    def _const(self, value: Json) -> Const | None:
        kinds: dict[type, Type] = {str: STR, bool: BOOL, int: INT, float: FLOAT}
        if value is None:
            return NOTHING
        if isinstance(value, int) and abs(value) >= 2**63:
            return None
        return Const(value, kinds[type(value)]) if type(value) in kinds else None

    def _named(self, node: ast.Name | ast.Attribute) -> Operand | None:
        """A local value, or a constant from outside; a global is read when the program is compiled."""
        if isinstance(node, ast.Name):
            meaning = self.scope.names.get(node.id)
            if isinstance(meaning, Value | Const):
                return meaning
            if meaning is not None:
                raise self.refuse("SGL0503", node, f"`{node.id}` is used as a value")
        found = self.static(node)
        if found is not None and type(found[0]) in PURE_GLOBALS:
            return self._const(found[0])
        return None

    def _joined(self, node: ast.JoinedStr) -> Operand:
        parts = [self.text_of(part) for part in node.values]
        if len(parts) == 1:
            return parts[0]
        return self.emit(Format(result=Value(STR), parts=tuple(parts)), node).result

    def text_of(self, part: ast.expr) -> Operand:
        """A part of an f-string as a text."""
        if isinstance(part, ast.Constant):
            return Const(str(part.value), STR)
        assert isinstance(part, ast.FormattedValue)
        if part.conversion in (-1, 115) and part.format_spec is None:
            return self.as_text(self.expr(part.value), part.value)
        whole = ast.copy_location(ast.JoinedStr([part]), part)
        return self.opaque(whole, STR)

    def as_text(self, value: Operand, node: ast.expr) -> Operand:
        """What `str` gives for a value."""
        if value.type == STR:
            return value
        if isinstance(value, Const):
            return Const(str(value.value), STR)
        if value.type in SCALARS:
            op = Builtin(result=Value(STR), name="python_str", args=(value,))
            return self.emit(op, node).result
        return self.host_source("str(_value)", {"_value": value}, node, STR, "text")

    def _is_pure(self, node: ast.expr) -> bool:
        """Whether evaluating it can neither fail nor have effects, however deep."""
        match node:
            case ast.Constant() | ast.Name():
                return True
            case ast.Compare(left=left, comparators=[right]):
                return self._is_pure(left) and self._is_pure(right)
            case ast.BoolOp(values=values):
                return all(map(self._is_pure, values))
            case ast.UnaryOp(operand=inner):
                return self._is_pure(inner)
            case ast.Subscript(value=ast.Name(id=name)):
                return isinstance(self.scope.names.get(name), StateRef)
            case _:
                return False

    def _bin_op(self, node: ast.BinOp) -> Operand | None:
        kind = _ARITHS.get(type(node.op))
        if kind is None or not self._may_be_scalar(node):
            return None
        left, right = self.expr(node.left), self.expr(node.right)
        types = {left.type, right.type}
        if types == {STR} and kind == "add":
            result = STR
        elif types <= {INT, FLOAT}:
            result = FLOAT if FLOAT in types else INT
        else:
            return self._by_hand(node, left, right)
        op = Arith(result=Value(result), op=kind, args=(left, right))
        return self.emit(op, node).result

    def _may_be_scalar(self, node: ast.expr) -> bool:
        """Whether it is worth lowering the sides: a display of a list never is."""
        return not any(isinstance(n, ast.List | ast.Dict | ast.Tuple) for n in ast.walk(node))

    def _by_hand(self, node: ast.expr, left: Operand, right: Operand) -> Operand:
        """An operation on two values that are computed already, done by Python."""
        made = copy.copy(node)
        if isinstance(made, ast.BinOp):
            made.left, made.right = _name("_left", node), _name("_right", node)
        elif isinstance(made, ast.Compare):
            made.left, made.comparators = _name("_left", node), [_name("_right", node)]
        return self.host_expression(made, {"_left": left, "_right": right})

    def _compare(self, node: ast.Compare) -> Operand | None:
        (op,), (right_node,) = node.ops, node.comparators
        if isinstance(op, ast.In | ast.NotIn):
            return self._contains(node, isinstance(op, ast.NotIn))
        kind = _COMPARES.get(type(op))
        if kind is None or not self._may_be_scalar(node):
            return None
        left, right = self.expr(node.left), self.expr(right_node)
        if not _comparable(kind, left.type, right.type):
            return self._by_hand(node, left, right)
        made = Compare(result=Value(BOOL), op=kind, left=left, right=right)
        return self.emit(made, node).result

    def _contains(self, node: ast.Compare, negated: bool) -> Operand | None:
        """`in` of a state, of a text, or of a display of constants."""
        where = node.comparators[0]
        if isinstance(where, ast.Name) and isinstance(
            state := self.scope.names.get(where.id), StateRef
        ):
            return self._is_bound(node, state, negated)
        choices = self.static(where)
        if isinstance(where, ast.List | ast.Tuple | ast.Set) and choices:
            kinds = {type(each) for each in choices[0]}
            right: Operand = Const(choices[0], ListType(STR))
            if kinds != {str}:
                return None
        elif self._may_be_scalar(where):
            right = self.expr(where)
            if right.type != STR:
                return self._by_hand(node, self.expr(node.left), right)
        else:
            return None
        left = self.expr(node.left)
        if left.type != STR:
            return self._by_hand(node, left, right)
        made = Compare(result=Value(BOOL), op="in", left=left, right=right)
        found: Operand = self.emit(made, node).result
        return self._not(found, node) if negated else found

    def _is_bound(self, node: ast.Compare, state: StateRef, negated: bool) -> Operand:
        """`name in s`: which path ran."""
        name = self.constant_text(node.left)
        self.flush()
        variable = self.state(state.number).variables.get(name)
        if variable is None or variable.certain:
            return FALSE if (variable is None) != negated else TRUE
        op = Compare(
            result=Value(BOOL), op="eq" if negated else "ne", left=variable.value, right=NOTHING
        )
        return self.emit(op, node).result

    def constant_text(self, node: ast.expr) -> str:
        """A name that must be known when the program is compiled."""
        found = self.static(node)
        if found is None and isinstance(node, ast.JoinedStr):
            parts = [self.static(getattr(part, "value", part)) for part in node.values]
            parts = [self.static(p) if isinstance(p, ast.Constant) else f
                     for p, f in zip(node.values, parts, strict=True)]  # fmt: skip
            if all(parts):
                return "".join(str(part[0]) for part in parts if part)
        if found is None or not isinstance(found[0], str):
            help = "a loop over a constant range may have the loop's variable in a name"
            raise self.refuse("SGL0504", node, "a name that is computed at run time", help)
        return found[0]

    # --- branches -------------------------------------------------------------------------------

    def _not(self, value: Operand, node: ast.expr) -> Operand:
        if isinstance(value, Const):
            return FALSE if value.value else TRUE
        return self.emit(Arith(result=Value(BOOL), op="not", args=(value,)), node).result

    def _bool_op(self, node: ast.BoolOp) -> Operand:
        """`and`, `or` as a condition."""
        value = self.condition(node.values[0])
        for rest in node.values[1:]:
            then, orelse = (rest, FALSE) if isinstance(node.op, ast.And) else (TRUE, rest)
            value = self.branch_value(value, then, orelse, node, as_condition=True)
        return value

    def _bool_value(self, node: ast.BoolOp) -> Operand | None:
        if not all(isinstance(each, ast.Compare | ast.BoolOp) for each in node.values):
            return None
        return self._bool_op(node)

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr, node: ast.expr) -> Operand:
        return self.branch_value(self.condition(test), body, orelse, node)

    def branch_value(
        self,
        cond: Operand,
        then: ast.expr | Operand,
        orelse: ast.expr | Operand,
        node: ast.expr,
        as_condition: bool = False,
    ) -> Operand:
        """The value of one of two expressions; the other one is not evaluated."""
        blocks: list[tuple[object, Operand]] = []
        for side in (then, orelse):
            found: list[Operand] = []

            def write(side: ast.expr | Operand = side, found: list[Operand] = found) -> None:
                if not isinstance(side, ast.expr):
                    found.append(side)
                else:
                    found.append(self.condition(side) if as_condition else self.expr(side))

            builder, _ = self.region(self.scope.copy(), write)
            builder.emit(Yield(values=(found[0],)))
            blocks.append((builder.seal(), found[0]))
        kind = BOOL if as_condition else common_type([value.type for _, value in blocks])
        (first, _), (second, _) = blocks
        op = If(results=(Value(kind),), cond=cond, then=first, orelse=second)  # type: ignore[arg-type]
        return self.emit(op, node).results[0]

    # --- states ---------------------------------------------------------------------------------

    def state_of(self, node: ast.expr) -> int | None:
        """The state that an expression is: `s`, or an arm `forks[i]`."""
        match node:
            case ast.Name(id=name):
                meaning = self.scope.names.get(name)
                return meaning.number if isinstance(meaning, StateRef) else None
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                forks = self.scope.names.get(name)
                if isinstance(forks, ArmsRef):
                    return self._own_arm(forks, index, node)
                if not isinstance(forks, ForksRef):
                    return None
                found = self.static(index)
                if found is None or not isinstance(found[0], int):
                    help = (
                        "a loop over a constant range, or over the arms themselves, can be lowered"
                    )
                    raise self.refuse("SGL0507", node, "an arm that is chosen at run time", help)
                if not -len(forks.arms) <= found[0] < len(forks.arms):
                    raise self.refuse("SGL0507", node, f"there is no arm {found[0]}")
                return forks.arms[found[0]]
            case _:
                return None

    def _own_arm(self, arms: ArmsRef, index: ast.expr, node: ast.expr) -> int:
        """`forks[i]` in a loop over the numbers of the arms."""
        own = self.scope.own_arm.get(arms.number)
        if own is not None and isinstance(index, ast.Name) and index.id == own[0]:
            return own[1]
        help = "a loop over all arms, in which each is used alone, can be lowered"
        raise self.refuse("SGL0507", node, "an arm that is chosen at run time", help)

    def _variable(self, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
        """`s["x"]`."""
        number = self.state_of(inner)
        if number is None:
            return self._element(inner, index, node)
        name = self.constant_text(index)
        self.flush()
        variable = self.state(number).variables.get(name)
        if variable is None:
            raise self.refuse("SGL0505", node, f"no path has bound `{name}` here")
        return self.read(variable, name, node)

    def _element(self, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
        """`s["x"][0]`, of a list of which it is known that it has that element."""
        at = self.static(index)
        if at is None or type(at[0]) is not int or not isinstance(inner, ast.Subscript):
            return None
        if self.state_of(inner.value) is None:
            return None
        items = self._lowered(inner)
        if not isinstance(items, Value) or not -self.lengths.get(items, 0) <= at[
            0
        ] < self.lengths.get(items, 0):
            return None
        op = Index(result=Value(item_type(items.type)), items=items, index=Const(at[0], INT))
        return self.emit(op, node).result

    def _call(self, node: ast.Call) -> Operand | None:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args, keywords=[]):
                number = self.state_of(owner)
                if number is not None and attr in READS and len(args) == 1:
                    return self._variable(owner, args[0], node)
                if attr == "join" and isinstance(owner, ast.Constant) and len(args) == 1:
                    return self._joined_list(owner, args[0], node)
                if number is None and attr in _METHODS:
                    return self._method(owner, attr, args, node)
            case ast.Call(func=ast.Name(id="len" | "str" as name), args=[only], keywords=[]):
                if name not in self.scope.names and self.source.outer(name) == (_BUILTINS[name],):
                    return self._len_or_str(name, only, node)
            case _:
                pass
        return None

    def _joined_list(self, owner: ast.expr, items: ast.expr, node: ast.Call) -> Operand | None:
        """`", ".join(...)` of what arms or samples said."""
        if not isinstance(items, ast.ListComp | ast.Subscript):
            return None
        found = self._lowered(items)
        if found is None or found.type != ListType(STR):
            return None
        separator = self.expr(owner)
        op = Builtin(result=Value(STR, "joined"), name="join", args=(found, separator))
        return self.emit(op, node).result

    def _method(
        self, owner: ast.expr, attr: str, args: list[ast.expr], node: ast.Call
    ) -> Operand | None:
        least, most = _METHODS[attr]
        if not least <= len(args) <= most or not self._may_be_scalar(node):
            return None
        if self.static(owner) is not None and not isinstance(owner, ast.Constant):
            return None
        found = [self.expr(each) for each in (owner, *args)]
        if any(each.type != STR for each in found):
            names = [f"_arg{i}" for i in range(len(found))]
            made = copy.copy(node)
            first, *rest = [_name(name, node) for name in names]
            made.func = ast.copy_location(ast.Attribute(first, attr, ast.Load()), node)
            made.args = cast("list[ast.expr]", rest)
            return self.host_expression(made, dict(zip(names, found, strict=True)))
        kind = BOOL if attr.endswith("with") else STR
        op = Builtin(result=Value(kind, attr), name=attr, args=tuple(found))
        return self.emit(op, node).result

    def _len_or_str(self, name: str, only: ast.expr, node: ast.Call) -> Operand | None:
        meaning = self.scope.names.get(only.id) if isinstance(only, ast.Name) else None
        if name == "len" and isinstance(meaning, ArmsRef):
            return meaning.count
        if name == "len" and isinstance(meaning, ForksRef):
            return Const(len(meaning.arms), INT)
        if not self._may_be_scalar(only):
            return None
        value = self.expr(only)
        if name == "str":
            return self.as_text(value, node)
        if value.type == STR:
            return self.emit(Builtin(result=Value(INT), name="len", args=(value,)), node).result
        return self.host_source("len(_value)", {"_value": value}, node, INT, "length")

    def _over_arms(self, node: ast.ListComp) -> Operand | None:
        """A comprehension over the arms of a fork: one value per arm."""
        match node.generators:
            case [ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=over), ifs=[])]:
                forks = self.scope.names.get(over)
            case _:
                return None
        if isinstance(forks, ArmsRef):
            return self._of_arms(forks, name, node)
        if not isinstance(forks, ForksRef):
            return None
        outer = self.scope.names.get(name)
        found: list[Operand] = []
        for arm in forks.arms:
            self.scope.names[name] = StateRef(arm)
            found.append(self.expr(node.elt))
        del self.scope.names[name]
        if outer is not None:
            self.scope.names[name] = outer
        kind = ListType(common_type([value.type for value in found]))
        return self.emit(MakeList(result=Value(kind), items=tuple(found)), node).result

    def _of_arms(self, arms: ArmsRef, name: str, node: ast.ListComp) -> Operand:
        """`[f["x"] for f in forks]` of arms whose number is computed: the list of the values."""
        match node.elt:
            case ast.Subscript(value=ast.Name(id=owner), slice=index) if owner == name:
                key = self.constant_text(index)
                found = self.scope.arms[arms.number].variables.get(key)
                if found is not None and found.certain:
                    return found.value
            case _:
                pass
        raise self.refuse("SGL0507", node.elt, "more than a variable of each arm is read here")

    # --- pieces of Python -----------------------------------------------------------------------

    def opaque(self, node: ast.expr, kind: Type = ANY) -> Value:
        """An expression that Python evaluates; what it reads of states is handed to it."""
        reads = StateReads(self)
        made = reads.visit(copy.deepcopy(node))
        self.check_no_state(made)
        return self.host_expression(made, reads.found, kind)

    def check_no_state(self, node: ast.AST) -> None:
        """Refuse what does more with a state than read its variables."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute) and self.state_of(inner.value) is not None:
                call = next((c for c in ast.walk(node) if getattr(c, "func", None) is inner), inner)
                headline = f"`{inner.attr}` of a state in the middle of a program"
                raise self.refuse(
                    "SGL0506", call, headline, "after the run the returned state has it"
                )
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                meaning = self.scope.names.get(inner.id)
                if isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending):
                    help = "a helper whose source is at hand, and that takes the state as an argument, is inlined"
                    headline = f"`{inner.id}` is used in a way that can't be lowered"
                    raise self.refuse("SGL0503", inner, headline, help)

        known = {*self.scope.names, *names_written([node])}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Lambda | ast.FunctionDef):
                self._check_closure(inner)
            elif isinstance(inner, ast.Name) and inner.id in self.local_names() - known:
                raise self.refuse("SGL0505", inner, f"no path has bound `{inner.id}` here")

    def _check_closure(self, function: ast.Lambda | ast.FunctionDef) -> None:
        """Refuse a function that sees a local name change: a piece is given the value of that moment."""
        for name in sorted(names_read([function]) & set(self.scope.names)):
            changes = [
                n for n in ast.walk(self.source.node)
                if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
            ]  # fmt: skip
            if any(
                (n.lineno, n.col_offset) > (function.lineno, function.col_offset) for n in changes
            ):
                headline = f"a function that reads `{name}`, which changes later"
                raise self.refuse("SGL0502", function, headline)


class StateReads(ast.NodeTransformer):
    """Replaces what reads a variable of a state by a name, and remembers the value of each."""

    def __init__(self, lowering: Expressions) -> None:
        self._lowering = lowering
        self.found: dict[str, Operand] = {}

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """`s["x"]`, `forks[i]["x"]`."""
        if isinstance(node.ctx, ast.Load) and self._lowering.state_of(node.value) is not None:
            return self._taken(node)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """`"x" in s`."""
        match node.comparators:
            case [ast.Name() as where] if self._lowering.state_of(where) is not None:
                return self._taken(node)
            case _:
                return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`s.get_var("x")`, `len(forks)`."""
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                if isinstance(self._lowering.meaning(name), ForksRef | ArmsRef):
                    return self._taken(node)
            case _:
                pass
        match node.func:
            case ast.Attribute(value=owner, attr=attr) if attr in READS:
                if self._lowering.state_of(owner) is not None:
                    return self._taken(node)
            case _:
                pass
        return self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """`[f["x"] for f in forks]`."""
        match node.generators:
            case [ast.comprehension(iter=ast.Name(id=over), ifs=[])]:
                if isinstance(self._lowering.meaning(over), ForksRef | ArmsRef):
                    return self._taken(node)
            case _:
                pass
        return self.generic_visit(node)

    def _taken(self, node: ast.expr) -> ast.Name:
        name = f"_read{len(self.found)}"
        self.found[name] = self._lowering.expr(node)
        return _name(name, node)


_BUILTINS = {"len": len, "str": str}


def _comparable(kind: CompareOp, left: Type, right: Type) -> bool:
    """Whether comparing values of these types is the same in the IR as in Python."""
    sides = [t.item if isinstance(t, OptionalType) else t for t in (left, right)]
    if kind in ("eq", "ne"):
        return all(each in SCALARS or str(each) == "none" for each in sides)
    return left == right == STR or {left, right} <= {INT, FLOAT}


def _name(name: str, node: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Load()), node)
