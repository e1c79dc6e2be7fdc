"""Random programs in which there is more to optimize: most answers matter, and some work is repeated.

`programs.generate` makes any well-formed program; in many of them little of what is asked is used, so
that one pass removes what the others would have shared. These keep the same ops and change the odds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import programs
from alike import with_alike_arms, with_guard
from programs import RandomProgram

from sglc.ir.module import Program
from sglc.ir.ops import (
    Block,
    Call,
    Compare,
    Const,
    For,
    Fork,
    Gen,
    Host,
    If,
    Insert,
    MakeRecord,
    Op,
    Return,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    Yield,
)
from sglc.ir.sampling import Sampling
from sglc.ir.structure import (
    clone_block,
    clone_op,
    operands,
    regions,
    results,
    substitute_block,
    walk,
    with_regions,
)
from sglc.ir.types import BOOL, INT, PROMPT, STR, ListType, RecordType
from sglc.passes.rewriting.rewriter import Rewriter, instantiate

_REPEATED = (Fork, Gen, Select, Host)
_HEAD = "You answer questions about documents, in plain words and in one line.\n"


def generate(source: random.Random, alternates: bool = False, calls: bool = True) -> RandomProgram:
    """A random program, two times in three with more of it used and some of it repeated."""
    program = programs.generate(source, alternates, calls)
    if source.randrange(3) == 0:
        return program
    entry = program.module.program(program.entry)
    body = entry.body
    if source.randrange(5) == 0:
        body = with_alike_arms(entry, source)
    if source.randrange(6) == 0:
        body = with_guard(body, source)
    if source.randrange(2):
        body = _repeated(body, source)
    if source.randrange(2):
        body = _with_head(body)
    if source.randrange(2):
        body = _Ordered().block(body)
    entry = _all_used(replace(entry, body=body))
    if source.randrange(2):
        entry = with_fields(entry, source)
    others = tuple(p for p in program.module.programs if p.name != entry.name)
    return replace(program, module=program.module.with_programs((*others, entry)))


def seeded(count: int, seed: int = 0) -> list[RandomProgram]:
    """That many programs, the same every time."""
    return [generate(random.Random(seed * 7_368_787 + number)) for number in range(count)]


def _repeated(body: Block, source: random.Random) -> Block:
    """One or two calls or forks done once more, directly after the first time, and equal arms."""
    places = [at for at, op in enumerate(body.ops) if isinstance(op, _REPEATED)]
    chosen = set(source.sample(places, min(len(places), 2)))
    is_raw = not any(isinstance(op, Turn) for op in walk(body))
    ops: list[Op] = []
    for at, op in enumerate(body.ops):
        again = at in chosen
        if isinstance(op, Fork) and op.items is None and source.randrange(2):
            op, again = _with_equal_arm(op, str(at), is_raw), False
        ops.append(op)
        if again:
            ops.append(_renamed(clone_op(op, {}), str(at)))
    return Block(body.args, tuple(ops))


def _with_equal_arm(op: Fork, mark: str, is_raw: bool) -> Fork:
    """The fork with its first arm once more, at the end; both yield all that they are told."""
    first = _telling(op.bodies[0], mark, is_raw)
    width = len(operands(op.bodies[0].ops[-1]))
    told = tuple(Value(v.type, "told") for v in operands(first.ops[-1])[width:])
    copy = clone_block(first, {})
    arm = Block((), tuple(_renamed(inner, mark) for inner in copy.ops))
    again = tuple(Value(v.type, "again") for v in operands(first.ops[-1]))
    values = (*op.results[:width], *told, *op.results[width:], *again)
    return replace(op, results=values, bodies=(first, *op.bodies[1:], arm))


def _telling(body: Block, mark: str, is_raw: bool) -> Block:
    """An arm that also yields every answer that it gets; without turns it asks once more."""
    *ops, end = body.ops
    if is_raw:
        (prompt, *_) = operands(end)
        sampling = Sampling(max_tokens=8, temperature=0.9)
        value, after = Value(STR, "drawn"), Value(PROMPT)
        ops.append(
            Gen(prompt=after, value=value, source=prompt, site=f"t{mark}", sampling=sampling)
        )
    answers = tuple(op.value for op in ops if isinstance(op, Gen | Select))
    return Block(body.args, (*ops, Yield(values=(*operands(end), *answers))))


def _renamed(op: Op, mark: str) -> Op:
    """The op with call sites of its own."""
    if isinstance(op, Gen | Select | Use | Call):
        return replace(op, site=f"{op.site}r{mark}")
    if not regions(op):
        return op
    blocks = [
        Block(block.args, tuple(_renamed(inner, mark) for inner in block.ops))
        for block in regions(op)
    ]
    return with_regions(op, tuple(blocks))


class _Ordered(Rewriter):
    """Orders that are free become those of the source, so that nothing may change a prompt."""

    def visit(self, op: Op) -> Sequence[Op]:
        if isinstance(op, For) and op.key:
            return (self.descend(replace(op, key=None)),)
        if not isinstance(op, Unordered):
            return (self.descend(op),)
        prompt, ops = op.prompt, list[Op]()
        for section in op.sections:
            inner, (prompt,) = instantiate(section, (prompt,))
            ops += inner
        self.replace(op.result, prompt)
        return ops


def _with_head(body: Block) -> Block:
    """A longer text at the start of a raw program."""
    first, second, *rest = body.ops
    if not isinstance(second, Text):
        return body
    return Block(body.args, (first, replace(second, text=_HEAD + second.text), *rest))


def with_fields(program: Program, source: random.Random) -> Program:
    """The program, its first text or turn followed by sections that a batch may order, once or twice alike."""
    root, second, *rest = program.body.ops
    fields = [param for param in program.params if param.value.type in (STR, INT)]
    if not isinstance(second, Text | Turn) or second.prompt is not root.result or len(fields) < 2:  # type: ignore[union-attr]
        return program
    prompt, groups = second.result, list[Op]()
    for _ in range(1 + source.randrange(2)):
        sections = tuple(_field(param.value, source.randrange(3)) for param in fields)
        groups.append(Unordered(result=Value(PROMPT), prompt=prompt, sections=sections))
        prompt = groups[-1].result  # type: ignore[union-attr]
    moved = substitute_block(Block((), tuple(rest)), {second.result: prompt})
    body = Block(program.body.args, (root, second, *groups, *moved.ops))
    params = tuple(replace(p, lifetime="request") if p in fields else p for p in program.params)
    return replace(program, params=params, body=body)


def _field(value: Value, kind: int) -> Block:
    """A section that says a value: with a label, alone, or when there is something to say."""
    prompt, after, shown = Value(PROMPT), Value(PROMPT), Value(PROMPT)
    label = Text(result=after, prompt=prompt, text=f"{value.hint.capitalize()} is ")
    if kind == 0:
        return Block(
            (prompt,), (Insert(result=after, prompt=prompt, value=value), Yield(values=(after,)))
        )
    insert = Insert(result=shown, prompt=after, value=value)
    if kind == 1:
        return Block((prompt,), (label, insert, Yield(values=(shown,))))
    known, end = Value(BOOL), Value(PROMPT)
    test = Compare(result=known, op="ne", left=value, right=Const("", STR))
    then = Block((), (label, insert, Yield(values=(shown,))))
    orelse = Block((), (Yield(values=(prompt,)),))
    choice = If(results=(end,), cond=known, then=then, orelse=orelse)
    return Block((prompt,), (test, choice, Yield(values=(end,))))


def _all_used(program: Program) -> Program:
    """The program, its result a record of every value that its body binds at the top."""
    *ops, _ = program.body.ops
    values = [v for op in ops for v in results(op) if v.type not in (PROMPT, ListType(PROMPT))]
    names = tuple(f"v{number}" for number in range(len(values)))
    kind = RecordType(tuple(zip(names, (value.type for value in values), strict=True)))
    record = MakeRecord(result=Value(kind, "all"), names=names, values=tuple(values))
    body = Block(program.body.args, (*ops, record, Return(value=record.result)))
    return replace(program, result=kind, body=body)
