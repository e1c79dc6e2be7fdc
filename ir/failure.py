"""Whether an op can fail by the program's own doing, which decides what may start before it.

What can fail is a *guard*: no call of the model and no effect that stands behind it is started before it is
done, since `-O0` would not have sent it. Failures that are nobody's intention are apart: a server that can't
be reached, and the limits on sizes that every expression has. A host function that is declared `pure`
is no guard: its program has said that it only looks things up. Nor is one that is declared `total`: whatever it
does, it does not fail.
"""

from __future__ import annotations

from typing import cast

from .constrained.extent import longest
from .module import Module
from .ops import (
    Arith,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    Const,
    For,
    Fork,
    Format,
    Gen,
    GetField,
    Host,
    Image,
    Index,
    Insert,
    Op,
    Operand,
    Pick,
    Select,
    Turn,
    Use,
    While,
)
from .structure import known_of, regions
from .types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    literal_kind,
    parse_type,
)

_NUMBERS = (INT, FLOAT)
_TEXT_IN_TEXT_OUT = {
    "strip": 2, "lstrip": 1, "rstrip": 1, "lower": 1, "upper": 1, "replace": 3,
    "startswith": 2, "endswith": 2,
}  # fmt: skip


def cannot_fail(op: Op) -> bool:
    """Whether an op, everything inside its regions included, always comes to its end.

    A program or fragment that it calls may fail; `Failures` looks into them.
    """
    return not may_fail(op)


def may_fail(op: Op) -> bool:
    """Whether an op, or one inside its regions, can fail; a program that it calls may."""
    if isinstance(op, Call) or fails_itself(op):
        return True
    return any([known_of(block, _may_fail_inside) for block in regions(op)])


def _may_fail_inside(block: Block) -> bool:
    return any(map(may_fail, block.ops))


class Failures:
    """Which ops of a module can fail, with calls of other programs looked through. Programs do not recurse."""

    def __init__(self, module: Module) -> None:
        self._bodies = {program.name: program.body for program in module.programs}
        self._programs: dict[str, bool] = {}
        self._ops: dict[Op, bool] = {}

    def of(self, op: Op) -> bool:
        """Whether an op can fail; of the ops of a nest each is looked at once."""
        known = self._ops.get(op)
        if known is None:
            known = self._of_program(op.program) if isinstance(op, Call) else self._of_own(op)
            self._ops[op] = known
        return known

    def _of_own(self, op: Op) -> bool:
        return fails_itself(op) or any(self._of_block(block) for block in regions(op))

    def _of_program(self, name: str) -> bool:
        if name not in self._programs:
            self._programs[name] = self._of_block(self._bodies[name])
        return self._programs[name]

    def _of_block(self, block: Block) -> bool:
        return any([self.of(op) for op in block.ops])


def fails_itself(op: Op) -> bool:
    """Whether an op can fail, its regions apart."""
    match op:
        case Host(pure=pure, total=total):
            return not (pure or total)
        case Gen():
            return _is_cut_or_refused(op)
        case Select(choices=choices):
            return not _is_choices(choices)
        case Insert(value=value):
            return not is_scalar(value)
        case Format(parts=parts):
            return not all(is_scalar(part) for part in parts)
        case Turn(tools=tools):
            return tools is not None
        case For(items=items) | Collect(items=items):
            return not isinstance(items.type, ListType)
        case Fork(items=items):
            return items is not None and not isinstance(items.type, ListType)
        case While(limit=limit):
            return limit.type != INT
        case Image() | Use():
            return True
        case _:
            return _fails_as_value(op)


def _fails_as_value(op: Op) -> bool:
    match op:
        case GetField(record=record, name=name):
            return not isinstance(record.type, RecordType) or name not in dict(record.type.fields)
        case Index(items=items, index=index) | Pick(prompts=items, index=index):
            return not _is_inside(items, index)
        case Compare():
            return not _compares(op)
        case Arith():
            return not _calculates(op)
        case Builtin():
            return not _is_total(op)
        case _:
            return False


def may_be_refused(op: Gen | Select) -> bool:
    """Whether a call can fail before it is sent: its choices or parameters are computed."""
    return bool(op.dynamic) if isinstance(op, Gen) else not _is_choices(op.choices)


# --- calls ------------------------------------------------------------------------------------------


def _is_cut_or_refused(op: Gen) -> bool:
    """Whether the answer may be no value of its type, or a computed parameter one that nobody takes."""
    if op.dynamic:
        return True
    if op.constraint is not None and op.constraint.kind in ("call", "json"):
        return True  # cut short it is neither
    if op.constraint is None or op.constraint.kind != "type":
        return False
    kind, sampling = parse_type(op.constraint.text), op.sampling
    if kind == STR:
        return False
    if sampling.stop or sampling.stop_token_ids or sampling.stop_regex:
        return True
    most = longest(kind)
    is_whole = most is not None and (sampling.max_tokens < 0 or most <= sampling.max_tokens)
    return not is_whole and not isinstance(kind, OptionalType)


def _is_choices(choices: Operand) -> bool:
    if not isinstance(choices, Const) or not isinstance(choices.value, list):
        return False
    return bool(choices.value) and all(isinstance(one, str) and one for one in choices.value)


# --- values -----------------------------------------------------------------------------------------


def is_scalar(operand: Operand) -> bool:
    """Whether a value is certain to have a text form."""
    return operand.type in (STR, INT, FLOAT, BOOL) or isinstance(operand.type, UnionType)


def _kind(operand: Operand) -> Type:
    """The type of an operand; of a literal union that of its literals."""
    return literal_kind(operand.type) if isinstance(operand.type, UnionType) else operand.type


def _is_inside(items: Operand, index: Operand) -> bool:
    if not isinstance(items, Const) or not isinstance(index, Const):
        return False
    count = len(items.value) if isinstance(items.value, list | str) else 0
    return isinstance(index.value, int) and -count <= index.value < count


def _compares(op: Compare) -> bool:
    if op.op in ("eq", "ne"):
        return True
    left, right = _kind(op.left), _kind(op.right)
    if op.op == "in":
        return isinstance(right, ListType) or left == right == STR
    return left == right == STR or (left in _NUMBERS and right in _NUMBERS)


def _calculates(op: Arith) -> bool:
    kinds = [_kind(arg) for arg in op.args]
    if op.op == "not":
        return kinds == [BOOL]
    if op.op == "add" and len(set(kinds)) == 1:
        return kinds[0] == STR or isinstance(kinds[0], ListType) or kinds[0] in _NUMBERS
    if not all(kind in _NUMBERS for kind in kinds):
        return False
    if op.op in ("div", "floordiv", "mod"):
        divisor = op.args[-1]
        return isinstance(divisor, Const) and bool(divisor.value)
    return op.op != "pow"


def _is_total(op: Builtin) -> bool:
    """Whether a function has a value for all arguments of these types."""
    kinds = [_kind(arg) for arg in op.args]
    first = kinds[0] if kinds else None
    match op.name:
        case "len":
            return isinstance(first, ListType) or first == STR
        case "json" | "python_str":
            return True
        case "sorted":
            return isinstance(first, ListType) and _kind_of_items(first) in (STR, INT, FLOAT)
        case "join":
            return first == ListType(STR) and kinds[1:] in ([], [STR])
        case "enumerate" | "zip":
            return all(isinstance(kind, ListType) for kind in kinds)
        case "range":
            return kinds in ([INT], [INT, INT])
        case "sum":
            return isinstance(first, ListType) and first.item in _NUMBERS
        case "contains":
            return isinstance(first, ListType) or kinds == [STR, STR]
        case name:
            return name in _TEXT_IN_TEXT_OUT and kinds == [STR] * len(kinds)


def _kind_of_items(kind: ListType) -> Type:
    return literal_kind(kind.item) if isinstance(kind.item, UnionType) else cast("Type", kind.item)
