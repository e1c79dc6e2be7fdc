"""The types that follow from an op itself, whatever its results declare.

The printer leaves these out, the parser puts them back, and the verifier holds what is declared
against them. `any` means that nothing follows.
"""

from __future__ import annotations

from functools import reduce

from .constrained.calls import constrained_type
from .ops import (
    Arith,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    For,
    Fork,
    Format,
    Gen,
    GetField,
    Host,
    If,
    Index,
    Json,
    MakeList,
    MakeRecord,
    Op,
    Operand,
    Select,
    Unordered,
    While,
    Yield,
)
from .structure import results
from .types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
    literal_kind,
)

_BUILTIN_TYPES: dict[str, Type] = {
    "len": INT,
    "join": STR,
    "split": ListType(STR),
    "strip": STR,
    "lstrip": STR,
    "rstrip": STR,
    "lower": STR,
    "upper": STR,
    "replace": STR,
    "startswith": BOOL,
    "endswith": BOOL,
    "contains": BOOL,
    "range": ListType(INT),
    "argmax": INT,
    "json": STR,
    "parse_json": ANY,
    "python_str": STR,
    "format_number": STR,
}


def const_type(value: Json) -> Type:
    """The type of a constant."""
    match value:
        case None:
            return NONE
        case bool():
            return BOOL
        case int():
            return INT
        case float():
            return FLOAT
        case str():
            return STR
        case list():
            return ListType(common_type([const_type(item) for item in value]))
        case dict():
            return RecordType(tuple((name, const_type(item)) for name, item in value.items()))


def common_type(types: list[Type]) -> Type:
    """The narrowest type we know that takes values of all of them; `any` for none."""
    return reduce(_merge, types) if types else ANY


def _merge(a: Type, b: Type) -> Type:
    if a == b:
        return a
    if ANY in (a, b):
        return ANY
    if accepts(a, b):
        return a
    if accepts(b, a):
        return b
    if isinstance(a, UnionType) and isinstance(b, UnionType):
        return _merge(literal_kind(a), literal_kind(b))
    if NONE in (a, b):
        return OptionalType(b if a == NONE else a)
    return ANY


def result_types(op: Op) -> tuple[Type, ...]:
    """The type of each result, in the order of `structure.results`."""
    match op:
        case Gen():
            return _gen_types(op)
        case Select():
            return PROMPT, STR
        case If():
            return _zip_types(_yield_types(op.then), _yield_types(op.orelse))
        case For() | While():
            return tuple(init.type for init in op.inits)
        case Fork():
            return _fork_types(op)
        case _:
            return (_value_type(op),) if results(op) else ()


def _value_type(op: Op) -> Type:
    """The type of the one result of an op."""
    match op:
        case Format():
            return STR
        case Compare():
            return BOOL
        case MakeList():
            return ListType(common_type([item.type for item in op.items]))
        case MakeRecord():
            fields = zip(op.names, op.values, strict=False)
            return RecordType(tuple((name, value.type) for name, value in fields))
        case GetField():
            kind = op.record.type
            return (kind.field(op.name) or ANY) if isinstance(kind, RecordType) else ANY
        case Index():
            return item_type(op.items.type)
        case Arith():
            return _arith_type(op)
        case Builtin():
            return _builtin_type(op)
        case Collect():
            return ListType((*_yield_types(op.body), ANY)[0])
        case Host() | Call():
            return ANY
        case _:
            return PROMPT


def region_arg_types(op: Op) -> tuple[tuple[Type, ...], ...]:
    """The types of the arguments of each region, in the order of `structure.regions`."""
    match op:
        case Collect():
            return ((item_type(op.items.type),),)
        case For():
            item = item_type(op.items.type)
            body = (INT, item, *(init.type for init in op.inits))
            return (body, (item,)) if op.key else (body,)
        case While():
            carried = tuple(init.type for init in op.inits)
            return carried, (INT, *carried)
        case Fork(items=items) if items is not None:
            return tuple((INT, item_type(items.type)) for _ in op.bodies)
        case Fork():
            return tuple(() for _ in op.bodies)
        case Unordered():
            return tuple((PROMPT,) for _ in op.sections)
        case If():
            return (), ()
        case _:
            return ()


def item_type(kind: Type) -> Type:
    """The type of an element of a list, or of a character of a text."""
    if isinstance(kind, ListType):
        return kind.item
    is_text = kind == STR or (isinstance(kind, UnionType) and literal_kind(kind) == STR)
    return STR if is_text else ANY


def _gen_types(op: Gen) -> tuple[Type, ...]:
    kind: Type = STR
    if op.constraint is not None:
        try:
            kind = constrained_type(op.constraint)
        except ValueError:
            kind = ANY
    value = ListType(kind) if has_samples(op) else kind
    prompt = () if op.prompt is None else (PROMPT,)
    samples = () if op.samples is None else (ListType(PROMPT),)
    return (*prompt, value, *samples)


def has_samples(op: Gen) -> bool:
    """Whether `n` is given: then the value is a list and the prompt stays as it is."""
    return op.sampling.n is not None or any(name == "n" for name, _ in op.dynamic)


def _fork_types(op: Fork) -> tuple[Type, ...]:
    yields = [_yield_types(body) for body in op.bodies]
    if op.items is None:
        return tuple(kind for types in yields for kind in types)
    return tuple(ListType(kind) for kind in yields[0]) if yields else ()


def _yield_types(block: Block) -> tuple[Type, ...]:
    last = block.ops[-1] if block.ops else None
    return tuple(value.type for value in last.values) if isinstance(last, Yield) else ()


def _zip_types(left: tuple[Type, ...], right: tuple[Type, ...]) -> tuple[Type, ...]:
    return tuple(common_type([a, b]) for a, b in zip(left, right, strict=False))


def _plain(operand: Operand) -> Type:
    """The type of an operand, a union by the kind of its literals."""
    kind = operand.type
    return literal_kind(kind) if isinstance(kind, UnionType) else kind


def _arith_type(op: Arith) -> Type:
    types = [_plain(arg) for arg in op.args]
    if op.op == "not":
        return BOOL
    if not all(kind in (INT, FLOAT) for kind in types):
        return _sequence_type(op, types)
    if op.op == "div" or FLOAT in types:
        return FLOAT
    return ANY if op.op == "pow" else INT


def _sequence_type(op: Arith, types: list[Type]) -> Type:
    """Of `add` and `mul` where texts or lists take part."""
    if op.op == "add" and all(kind == STR or isinstance(kind, ListType) for kind in types):
        return common_type(types)
    sequences = [kind for kind in types if kind == STR or isinstance(kind, ListType)]
    return sequences[0] if op.op == "mul" and len(sequences) == 1 and INT in types else ANY


def _builtin_type(op: Builtin) -> Type:
    if op.name in _BUILTIN_TYPES:
        return _BUILTIN_TYPES[op.name]
    if not op.args:
        return ANY
    first = op.args[0].type
    item = item_type(first)
    match op.name:
        case "sorted" | "slice":
            return first
        case "enumerate":
            return ListType(RecordType((("index", INT), ("item", item))))
        case "zip":
            other = item_type(op.args[1].type) if len(op.args) > 1 else ANY
            return ListType(RecordType((("first", item), ("second", other))))
        case "min" | "max" if len(op.args) > 1:
            return common_type([arg.type for arg in op.args])
        case "min" | "max" | "majority" | "sum":
            return item
        case "find_by":
            return ANY if item == ANY else OptionalType(item)
        case "round":
            return INT if len(op.args) == 1 else _plain(next(iter(op.args)))
        case _:
            return ANY
