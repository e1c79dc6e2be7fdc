"""`move-code`: what the program leaves free is put where most of the prompt is shared."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.module import Module, Program
from ..ir.ops import (
    Block,
    Builtin,
    Collect,
    Const,
    For,
    GetField,
    Index,
    MakeList,
    Op,
    Operand,
    Unordered,
    Value,
    Yield,
)
from ..ir.structure import walk
from ..ir.types import ANY, BOOL, INT, PROMPT, ListType, RecordType
from .analysis.batch_freedom import Freedom, freedom
from .analysis.congruence import block_key
from .analysis.foreknowledge import Foreknowledge
from .analysis.lifetimes import Lifetimes
from .analysis.references import Reference
from .analysis.sections import Layout, Section, lay_out, misplaced, pieces_of, ties
from .rewriting.calls_early import start_calls_early
from .rewriting.rewriter import Rewriter, each_program, instantiate, rebuilt
from .rewriting.suggestions import suggest
from .running.context import Context

_KEYED = ListType(ListType(ANY))


@dataclass(frozen=True, slots=True)
class MoveCode:
    """Lay out `unordered` regions, sort `unordered` loops, start calls before host functions.

        %p1 = unordered %p0 section (%a) {       %p1 = text %p0, "Be brief.\\n"
          %a1 = insert %a, %user_name       ->   %p2 = insert %p1, %user_name
          yield %a1
        } section (%b) {
          %b1 = text %b, "Be brief.\\n"
          yield %b1
        }

    Sections go by lifetime, then by length, then as written. A section whose text refers to
    another (`above`, `the following`, numbers, pronouns) keeps its place relative to it, with a
    warning. Neighbours that live equally long stay a group (`unordered %p batch 0 section ...`):
    they stand as laid out, unless a batch (`run --input`) orders them, each row in its own way and
    once from the whole input, so that rows share what they have in common. Such a group holds text
    and values that follow from the arguments alone. Never moves anything outside a declared freedom
    unless no prompt changes: there it only suggests an `unordered`, with the tokens to be gained
    and what speaks against it.
    """

    name: ClassVar[str] = "move-code"
    min_gain: int = 16

    def run(self, module: Module, context: Context) -> Module:
        """Rewrite every program."""

        def rewrite(program: Program) -> Block:
            lifetimes = Lifetimes(program)
            suggest(program, lifetimes, context, self.min_gain)
            return _Mover(program, lifetimes, context).block(program.body)

        return each_program(module, rewrite)


class _Mover(Rewriter):
    def __init__(self, program: Program, lifetimes: Lifetimes, context: Context) -> None:
        super().__init__()
        self._lifetimes, self._context = lifetimes, context
        self._known = Foreknowledge(program)
        self._numbers = _Numbers(program)

    def block(self, block: Block) -> Block:
        new = super().block(block)
        return rebuilt(new, start_calls_early(new.ops, self._context))

    def visit(self, op: Op) -> Sequence[Op]:
        match op:
            case Unordered(batch=None):
                return self._lay_out(op)
            case For(key=Block() as key):
                before, op = _sorted_loop(op, key)
                self._context.did("sorted a loop whose order is free", span=op.span)
                return (*before, self.descend(op))
            case _:
                return (self.descend(op),)

    def _lay_out(self, op: Unordered) -> Sequence[Op]:
        """The sections one after the other, in the order that shares most; groups for a batch kept."""
        tokenizer = self._context.target.tokenizer
        sections = [
            Section(tuple(pieces_of(block.ops[:-1], self._lifetimes, tokenizer)))
            for block in op.sections
        ]
        held = ties(sections)
        layout = self._layout(op, sections, held)
        found = freedom(op, sections, held, layout, self._known)
        self._explain(op, found)
        group_of = {i: group for group in found.groups for i in group}
        prompt: Operand = op.prompt
        ops: list[Op] = []
        for i in layout.order:
            group = group_of.get(i, (i,))
            if group[0] == i:
                inner, prompt = self._placed(op, group, prompt)
                ops += inner
        self.replace(op.result, prompt)
        return ops

    def _placed(
        self, op: Unordered, members: Sequence[int], prompt: Operand
    ) -> tuple[Sequence[Op], Operand]:
        """One section as plain ops, or several as a group that a batch may order."""
        blocks = tuple(self.block(op.sections[i]) for i in members)
        if len(blocks) == 1:
            inner, (prompt,) = instantiate(blocks[0], (prompt,))
            return inner, prompt
        result = Value(PROMPT, op.result.hint)
        number = self._numbers.of(blocks)
        group = replace(op, result=result, prompt=prompt, sections=blocks, batch=number)
        return (group,), result

    def _explain(self, op: Unordered, found: Freedom) -> None:
        """Say which sections a batch may order, and why not the others."""
        for group in found.groups:
            shown = ", ".join(str(i + 1) for i in group)
            what = f"a batch may order sections {shown} of an `unordered` region"
            self._context.did(what, "they live equally long", op.span)
        for i, why in sorted(found.stays.items()):
            what = f"let a batch order section {i + 1} of an `unordered` region"
            self._context.declined(what, why, op.span)

    def _layout(
        self, op: Unordered, sections: Sequence[Section], held: Sequence[tuple[int, Reference]]
    ) -> Layout:
        layout, free = lay_out(sections, held), lay_out(sections)
        if layout != free:
            for i, found in held:
                what = f"section {i + 1} of an `unordered` region keeps its place"
                self._context.warns(what, f"`{found.words}` refers to its surroundings", op.span)
        if layout.is_changed:
            gain = misplaced(sections) - misplaced([sections[i] for i in layout.order])
            shown = ", ".join(str(i + 1) for i in layout.order)
            what = f"laid out an `unordered` region as sections {shown}"
            self._context.did(what, "by lifetime, then length", op.span, gain)
        return layout


class _Numbers:
    """The numbers of the groups that a batch may order; equal ones have one, so that arms stay equal."""

    def __init__(self, program: Program) -> None:
        taken = [op.batch for op in walk(program.body) if isinstance(op, Unordered)]
        self._next = max((number + 1 for number in taken if number is not None), default=0)
        self._known: dict[Hashable, int] = {}

    def of(self, sections: Sequence[Block]) -> int:
        """The number of a group."""
        key = tuple(block_key(block) for block in sections)
        return self._known.setdefault(key, self._next + len(self._known))


def _sorted_loop(op: For, key: Block) -> tuple[list[Op], For]:
    """The loop over its items in the order of their keys; ties keep input order.

    The index that the body sees stays that of the input, so that calls keep their names.
    """
    index, item, *carried = op.body.args
    entry_type = RecordType((("index", INT), ("item", item.type)))
    numbered, ordered = Value(ListType(entry_type), "numbered"), Value(_KEYED, "ordered")
    pairs = Value(_KEYED, "pairs")
    before: list[Op] = [
        Builtin(result=numbered, name="enumerate", args=(op.items,), span=op.span),
        Collect(result=pairs, items=numbered, body=_keyed(entry_type, key), span=op.span),
        Builtin(result=ordered, name="sorted", args=(pairs,), span=op.span),
    ]
    place, pair = Value(INT, "place"), Value(ListType(ANY), "pair")
    unpack: list[Op] = [
        Index(result=index, items=pair, index=Const(1, INT)),
        Index(result=item, items=op.items, index=index),
    ]
    body = Block((place, pair, *carried), (*unpack, *op.body.ops))
    return before, replace(op, items=ordered, body=body, key=None)


def _keyed(entry_type: RecordType, key: Block) -> Block:
    """A comprehension's body: an entry `{index, item}` becomes the list of its key and its index."""
    entry, item = Value(entry_type, "entry"), Value(entry_type.fields[1][1], "item")
    index, pair = Value(INT, "index"), Value(ListType(ANY), "pair")
    ops, (value,) = instantiate(key, (item,))
    return Block(
        (entry,),
        (
            GetField(result=item, record=entry, name="item"),
            *ops,
            GetField(result=index, record=entry, name="index"),
            MakeList(result=pair, items=(value, index)),
            Yield(values=(pair, Const(True, BOOL))),
        ),
    )
