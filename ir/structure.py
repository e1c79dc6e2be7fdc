"""The shape of an op, whatever op it is: its operands, results, regions and effects.

Everything here follows from the declared fields of the op classes, so that a new op needs no
code: an op that a pass has never heard of is still walked, substituted and cloned correctly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Literal, TypeVar, cast

from .ops import (
    OP_CLASSES,
    PURE,
    BaseOp,
    Block,
    Call,
    Const,
    Echo,
    Effect,
    Effects,
    Gen,
    Host,
    Image,
    Insert,
    Op,
    Operand,
    Prefetch,
    Release,
    Retain,
    Return,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    Yield,
)

FieldKind = Literal["operand", "result", "region", "named"]

_KINDS: dict[str, FieldKind] = {
    "Operand": "operand",
    "Operand | None": "operand",
    "tuple[Operand, ...]": "operand",
    "tuple[tuple[str, Operand], ...]": "named",
    "Value": "result",
    "Value | None": "result",
    "tuple[Value, ...]": "result",
    "Block": "region",
    "Block | None": "region",
    "tuple[Block, ...]": "region",
}
"""What a field is, by its annotation. All other fields are attributes."""

_ONE = ("Operand", "Value", "Block")
_AT_MOST_ONE = (*_ONE, *(f"{kind} | None" for kind in _ONE))
_MANY = ("tuple[Operand, ...]", "tuple[Value, ...]", "tuple[Block, ...]")
_Reader = Callable[[Op], tuple[Any, ...]]
_T = TypeVar("_T")
_OpT = TypeVar("_OpT", bound=BaseOp)
Substitution = Mapping[Value, Operand]


def _fields_of_kind(cls: type[BaseOp], *kinds: FieldKind) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls) if _KINDS.get(str(f.type)) in kinds)


OPERAND_FIELDS = {cls: _fields_of_kind(cls, "operand", "named") for cls in OP_CLASSES}
RESULT_FIELDS = {cls: _fields_of_kind(cls, "result") for cls in OP_CLASSES}
REGION_FIELDS = {cls: _fields_of_kind(cls, "region") for cls in OP_CLASSES}


def _held(op: Op, names: Sequence[str]) -> tuple[object, ...]:
    """What fields hold, in order: each none, one, or several things; of a named operand the operand."""
    found: list[object] = []
    for name in names:
        held = getattr(op, name)
        if isinstance(held, tuple):
            for item in cast("tuple[object, ...]", held):
                named = isinstance(item, tuple)
                found.append(cast("tuple[str, object]", item)[1] if named else item)
        elif held is not None:
            found.append(held)
    return tuple(found)


def _reader(cls: type[BaseOp], names: tuple[str, ...]) -> _Reader:
    """What reads these fields of a class: without looking where each holds one thing, or one holds them all."""
    of = {f.name: str(f.type) for f in fields(cls)}
    if not names:
        return lambda op: ()
    if all(of[name] in _ONE for name in names):
        read = attrgetter(*names)
        return read if len(names) > 1 else lambda op: (read(op),)
    if len(names) == 1 and of[names[0]] in _MANY:
        return attrgetter(*names)
    if len(names) > 1 and all(of[name] in _AT_MOST_ONE for name in names):
        held = attrgetter(*names)
        return lambda op: tuple([item for item in held(op) if item is not None])
    return lambda op: _held(op, names)


def _readers(of: Mapping[type[BaseOp], tuple[str, ...]]) -> dict[type[BaseOp], _Reader]:
    return {cls: _reader(cls, names) for cls, names in of.items()}


_OPERANDS, _RESULTS, _REGIONS = map(_readers, (OPERAND_FIELDS, RESULT_FIELDS, REGION_FIELDS))


def operands(op: Op) -> tuple[Operand, ...]:
    """The op's own operands in field order, without those inside its regions."""
    return _OPERANDS[type(op)](op)


def results(op: Op) -> tuple[Value, ...]:
    """The values that the op defines, in field order (of a `Gen`: prompt, value, samples)."""
    return _RESULTS[type(op)](op)


def regions(op: Op) -> tuple[Block, ...]:
    """The op's blocks in field order."""
    return _REGIONS[type(op)](op)


def walk(block: Block) -> Iterator[Op]:
    """Every op of a block and of the regions inside, each op before what is in it."""
    found: list[Op] = []
    _collect(block, found)
    return iter(found)


def _collect(block: Block, found: list[Op]) -> None:
    for op in block.ops:
        found.append(op)
        if REGION_FIELDS[type(op)]:
            for region in regions(op):
                _collect(region, found)


def effects(op: Op) -> Effects:
    """What an op does besides giving values, everything inside its regions included.

    A `Use` and a `Call` do whatever their target may do: all that a program can.
    """
    found = own_effects(op)
    if not REGION_FIELDS[type(op)]:
        return found
    for region in regions(op):
        found |= known_of(region, _effects_inside)
    return found & ~Effect.CONTROL


def known_of(block: Block, find: Callable[[Block], _T]) -> _T:
    """What `find` says of a block; it is asked once, since nothing in a block changes.

    Passes ask about every op of a nest what it holds, so what deep programs cost is asked here.
    """
    if find not in block.known:
        block.known[find] = find(block)
    return cast("_T", block.known[find])


def _effects_inside(block: Block) -> Effects:
    found = PURE
    for op in block.ops:
        found |= effects(op)
    return found


def own_effects(op: Op) -> Effects:
    """The effects of an op alone, without its regions."""
    known = _EFFECTS.get(type(op), PURE)
    if known is not None:
        return known
    if isinstance(op, Gen):
        return Effect.MODEL if is_deterministic(op) else _DRAWS
    return PURE if cast("Host", op).pure else Effect.HOST


_DRAWS = Effect.MODEL | Effect.SAMPLED
_EFFECTS: dict[type[BaseOp], Effects | None] = {
    Gen: None,
    Host: None,
    **dict.fromkeys((Text, Insert, Turn, Echo, Image, Unordered), Effect.APPENDS),
    **dict.fromkeys((Prefetch, Retain, Release), Effect.HINT),
    **dict.fromkeys((Yield, Return), Effect.CONTROL),
    Select: Effect.MODEL,
    Call: _DRAWS | Effect.HOST,
    Use: _DRAWS | Effect.HOST | Effect.APPENDS,
}
"""The effects of ops by their class; None where they depend on the op; all others are pure."""


def is_deterministic(op: Gen) -> bool:
    """Whether two calls with equal operands must give equal tokens, computed parameters included."""
    computed = {name for name, _ in op.dynamic}
    if "seed" in computed or op.sampling.seed is not None:
        return True
    if op.sampling.top_k == 1 and "top_k" not in computed:
        return True
    return op.sampling.temperature == 0.0 and "temperature" not in computed


# --- rebuilding ---------------------------------------------------------------------------------


def substitute(op: _OpT, mapping: Substitution) -> _OpT:
    """The op with operands replaced, deep in its regions; the same object when nothing changed."""
    changes: dict[str, object] = {}
    for name in OPERAND_FIELDS[type(op)]:
        _note(changes, op, name, _substitute_field(getattr(op, name), mapping))
    for name in REGION_FIELDS[type(op)]:
        _note(changes, op, name, _map_blocks(getattr(op, name), mapping))
    return _replaced(op, changes)


def substitute_block(block: Block, mapping: Substitution) -> Block:
    """The block with operands replaced everywhere; the same object when nothing changed."""
    ops = tuple(substitute(op, mapping) for op in block.ops)
    if all(new is old for new, old in zip(ops, block.ops, strict=True)):
        return block
    return Block(block.args, ops)


def with_regions(op: _OpT, blocks: tuple[Block, ...]) -> _OpT:
    """The op with its regions replaced, in the order of `regions`; the same object if none differs."""
    left = iter(blocks)
    changes: dict[str, object] = {}
    for name in REGION_FIELDS[type(op)]:
        held = getattr(op, name)
        if isinstance(held, tuple):
            many = tuple(next(left) for _ in cast("tuple[Block, ...]", held))
            _note(changes, op, name, _same_or_new(cast("tuple[Block, ...]", held), many))
        elif held is not None:
            _note(changes, op, name, next(left))
    if next(left, None) is not None:
        raise ValueError(f"{type(op).__name__} has fewer than {len(blocks)} regions")
    return _replaced(op, changes)


def with_results(op: _OpT, values: tuple[Value, ...]) -> _OpT:
    """The op defining other values, in the order of `results`."""
    left = iter(values)
    changes: dict[str, object] = {}
    for name in RESULT_FIELDS[type(op)]:
        held = getattr(op, name)
        if isinstance(held, tuple):
            changes[name] = tuple(next(left) for _ in cast("tuple[Value, ...]", held))
        elif held is not None:
            changes[name] = next(left)
    return _replaced(op, changes)


def clone_block(block: Block, mapping: Substitution) -> Block:
    """A copy with fresh values for all that is defined inside, and `mapping` applied."""
    return _clone_block(block, dict(mapping))


def clone_op(op: _OpT, mapping: dict[Value, Operand]) -> _OpT:
    """A copy with fresh results, which are added to `mapping`; its operands are mapped first."""
    changes: dict[str, object] = {}
    for name in OPERAND_FIELDS[type(op)]:
        _note(changes, op, name, _substitute_field(getattr(op, name), mapping))
    for name in REGION_FIELDS[type(op)]:
        held = getattr(op, name)
        if isinstance(held, tuple):
            blocks = cast("tuple[Block, ...]", held)
            changes[name] = tuple(_clone_block(block, dict(mapping)) for block in blocks)
        elif held is not None:
            changes[name] = _clone_block(held, dict(mapping))
    old = results(cast("Op", op))
    new = tuple(Value(value.type, value.hint) for value in old)
    mapping.update(zip(old, new, strict=True))
    return with_results(_replaced(op, changes), new)


def _clone_block(block: Block, mapping: dict[Value, Operand]) -> Block:
    args = tuple(Value(arg.type, arg.hint) for arg in block.args)
    mapping.update(zip(block.args, args, strict=True))
    return Block(args, tuple(clone_op(op, mapping) for op in block.ops))


def _substitute_field(held: object, mapping: Substitution) -> object:
    """A field's operands replaced; the same object when nothing changed."""
    match held:
        case Value():
            return mapping.get(held, held)
        case None | Const() | str():
            return held
        case tuple():
            many = cast("tuple[object, ...]", held)
            return _same_or_new(many, tuple(_substitute_field(item, mapping) for item in many))
        case _:
            raise TypeError(f"not an operand: {held!r}")


def _map_blocks(held: object, mapping: Substitution) -> object:
    if isinstance(held, Block):
        return substitute_block(held, mapping)
    if held is None:
        return None
    many = cast("tuple[Block, ...]", held)
    return _same_or_new(many, tuple(substitute_block(block, mapping) for block in many))


def _same_or_new(old: tuple[object, ...], new: tuple[object, ...]) -> tuple[object, ...]:
    return old if all(a is b for a, b in zip(old, new, strict=True)) else new


def _note(changes: dict[str, object], op: BaseOp, name: str, new: object) -> None:
    if new is not getattr(op, name):
        changes[name] = new


def _replaced(op: _OpT, changes: dict[str, object]) -> _OpT:
    return replace(op, **changes) if changes else op
