"""Whether a module is well formed. Run after every lowering and every pass.

Codes: SGL1101 not bound here, 1102 bound twice, 1103 wrong type, 1104 wrong number, 1105 a block that
does not end in its terminator, 1106 a prompt used as a value, 1107 turns or roots, 1108 a site
used twice, 1109 a sampled call without the indices of its loops, 1110 unknown name, 1111 recursion,
1112 an effect where none may be, 1113 a malformed attribute.

This file has the structure: blocks, scopes, arities. If that holds, the rest is checked: types in
`verify_types.py`, names and sites in `verify_calls.py`, turns in `verify_turns.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostic import Diagnostic
from ..module import Module, Param, Program
from ..ops import Block, Collect, For, Fork, If, Op, Return, Unordered, Value, While, Yield
from ..structure import operands, regions, results
from .calls import check_calls
from .problem import Owner, problem
from .turns import check_turns
from .types import check_types


def verify(module: Module) -> list[Diagnostic]:
    """Everything that is wrong with a module; empty when it is well formed."""
    owners: tuple[Owner, ...] = (*module.fragments, *module.programs)
    found = [each for owner in owners for each in _Structure(owner).check()]
    if found:
        return found
    found.extend(check_calls(module))
    if any(each.code in ("SGL1104", "SGL1110") for each in found):
        return found
    for owner in owners:
        found.extend(check_types(module, owner))
        found.extend(check_turns(module, owner))
    return found


class _Structure:
    """Scopes, terminators and arities of one body."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._defined: set[Value] = set()
        self._visible: set[Value] = set()
        self._scope: list[Value] = []

    def check(self) -> Iterator[Diagnostic]:
        yield from self._params(self._owner.params)
        is_program = isinstance(self._owner, Program)
        yield from self._block(self._owner.body, Return if is_program else Yield, None)
        if not is_program and _yields(self._owner.body) not in (1, None):
            yield self._problem("1104", "a fragment yields one prompt")

    def _problem(self, code: str, headline: str, op: Op | None = None) -> Diagnostic:
        return problem(code, self._owner, headline, op)

    def _params(self, params: tuple[Param, ...]) -> Iterator[Diagnostic]:
        values = tuple(param.value for param in params)
        args = self._owner.body.args
        if (args if isinstance(self._owner, Program) else args[1:]) != values:
            yield self._problem("1104", "the body's arguments are not the parameters")
        names = [param.name for param in params]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield self._problem("1102", f"two parameters `{name}`")

    def _block(
        self, block: Block, end: type[Yield] | type[Return], of: Op | None
    ) -> Iterator[Diagnostic]:
        """Check a block in a scope of its own; `of` is the op whose region it is."""
        outer, self._scope = self._scope, list[Value]()
        for arg in block.args:
            yield from self._define(arg, of)
        for op in block.ops:
            yield from self._op(op)
            if isinstance(op, Yield | Return) and op is not block.ops[-1]:
                yield self._problem("1105", "something follows the end of a block", op)
        if not block.ops or not isinstance(block.ops[-1], end):
            yield self._problem("1105", f"a block does not end in `{end.__name__.lower()}`", of)
        self._visible.difference_update(self._scope)
        self._scope = outer

    def _define(self, value: Value, op: Op | None) -> Iterator[Diagnostic]:
        if value in self._defined:
            yield self._problem("1102", f"`%{value.hint}` is bound twice", op)
        self._defined.add(value)
        self._visible.add(value)
        self._scope.append(value)

    def _op(self, op: Op) -> Iterator[Diagnostic]:
        for operand in operands(op):
            if isinstance(operand, Value) and operand not in self._visible:
                yield self._problem("1101", f"`%{operand.hint}` is not bound here", op)
        for region in regions(op):
            yield from self._block(region, Yield, op)
        for headline in _arity_problems(op):
            yield self._problem("1104", headline, op)
        for value in results(op):
            yield from self._define(value, op)


def _yields(block: Block) -> int | None:
    """How many values a block yields; None where it does not end in a yield, which is said as such."""
    last = block.ops[-1] if block.ops else None
    return len(last.values) if isinstance(last, Yield) else None


def _arity_problems(op: Op) -> Iterator[str]:
    """Regions whose arguments or yields are not as many as the op says."""
    blocks = regions(op)
    for number, (args, count) in enumerate(_arities(op)):
        region = blocks[number]
        if len(region.args) != args:
            yield f"region {number} takes {len(region.args)} arguments, not {args}"
        if count is not None and _yields(region) not in (count, None):
            yield f"region {number} yields {_yields(region)} values, not {count}"
    if isinstance(op, For | While) and len(op.results) != len(op.inits):
        yield f"{len(op.inits)} values go in and {len(op.results)} come out"
    if isinstance(op, Fork):
        yield from _fork_problems(op)


def _arities(op: Op) -> list[tuple[int, int | None]]:
    """For each region, how many arguments it takes and values it yields (None: any number)."""
    match op:
        case If(results=found):
            return [(0, len(found)), (0, len(found))]
        case For(inits=inits, key=key):
            body = (2 + len(inits), len(inits))
            return [body, (1, 1)] if key is not None else [body]
        case While(inits=inits):
            return [(len(inits), 1), (1 + len(inits), len(inits))]
        case Collect():
            return [(1, 2)]
        case Unordered(sections=sections):
            return [(1, 1)] * len(sections)
        case Fork(items=items, bodies=bodies) if items is None:
            return [(0, None)] * len(bodies)
        case Fork(results=found, bodies=bodies):
            return [(2, len(found))] * len(bodies)
        case _:
            return []


def _fork_problems(op: Fork) -> Iterator[str]:
    if op.items is not None and len(op.bodies) != 1:
        yield f"a fork over items has one body, not {len(op.bodies)}"
    if op.items is None:
        counts = [_yields(body) for body in op.bodies]
        count = sum(n for n in counts if n is not None)
        if None not in counts and count != len(op.results):
            yield f"the arms yield {count} values, not {len(op.results)}"
