"""The prompts of a program as segments: what every call sends, in order, with how long each piece stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ....ir.module import Module
from ....ir.ops import (
    Block,
    Collect,
    Const,
    Echo,
    For,
    Fork,
    Gen,
    If,
    Image,
    Insert,
    Op,
    Operand,
    Pick,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from ....ir.structure import operands, regions, results, walk
from ....ir.types import INT
from ..finding import Cause, Evidence
from ..layout import REQUEST, SESSION, Origin, Request, Segment, merged
from ..numbers_behind import digits_before
from ..tokens import Counter
from .known import Known, Values, place_of
from .pieces import fixed, undeclared, valued
from .repeated import in_rounds, in_section
from .sides import longest_side

MAX_SEGMENTS = 400
MAX_DEPTH = 40


@dataclass
class Walk:
    """Walks one program, and notes a request at every call."""

    module: Module
    counter: Counter
    name: str
    values: Values
    requests: list[Request] = field(default_factory=list)
    windows: list[tuple[Origin, Request]] = field(default_factory=list)
    prompts: dict[Value, list[Segment]] = field(default_factory=dict)
    found: list[Evidence] = field(default_factory=list)
    turns: int = 0
    region: str = "system"
    depth: int = 0
    loops: int = 0
    before: frozenset[Value] = frozenset()
    """The values that were there before the fork in whose arms the walk is."""

    def block(self, block: Block) -> Sequence[Operand]:
        """Walk a block; what it yields."""
        for op in block.ops:
            self._op(op)
        last = block.ops[-1]
        return last.values if isinstance(last, Yield) else ()

    def _of(self, operand: Operand) -> list[Segment]:
        return self.prompts.get(operand, []) if isinstance(operand, Value) else []

    def _op(self, op: Op) -> None:
        match op:
            case Root(result=result):
                self.prompts[result] = []
                self.turns, self.region = 0, "system"
            case Turn():
                self._turn(op)
            case Text(result=result, prompt=prompt, text=text):
                self._append(result, prompt, fixed(text, self.counter, self.region))
            case Insert(result=result, prompt=prompt, value=value):
                self._append(result, prompt, self._inserted(op, value))
            case Image(result=result, prompt=prompt, image=image):
                self._append(result, prompt, self._inserted(op, image))
            case Gen() | Select():
                self._call(op)
            case Use():
                self._use(op)
            case Unordered():
                self._unordered(op)
            case If():
                self._if(op)
            case For():
                self._for(op)
            case While() | Collect():
                self._loop(op)
            case Fork():
                self._fork(op)
            case Echo(result=result, after=after):
                self.prompts[result] = self._of(after)
            case Pick(result=result, prompts=prompts):
                self.prompts[result] = self._of(prompts)
            case _:
                self.values.note_negation(op)
                self.values.op(op)

    def _append(self, result: Value, prompt: Operand, segment: Segment) -> None:
        self.prompts[result] = [*self._of(prompt), segment][:MAX_SEGMENTS]

    def _turn(self, op: Turn) -> None:
        if op.edge == "begin":
            self.turns += 1
            self.region = "system" if op.role == "system" else f"turn{self.turns}"
        self.prompts[op.result] = self._of(op.prompt)

    def _inserted(self, op: Insert | Image, value: Operand) -> Segment:
        if isinstance(value, Const):
            return fixed(str(value.value), self.counter, self.region)
        known, here = self.values.of(value), place_of(op.span)
        if self.region == "system" and not known.is_declared:
            self.found += undeclared(known, self.name)
        segment = valued(known, here, self.region, is_replayed=self.loops > 0)
        before = self._of(op.prompt)[-1:]
        text = "".join(s.text for s in before if s.region == self.region)
        name = "number" if value.type == INT else value.hint
        shared = value.hint if value in self.before else ""
        return replace(segment, goes_on_from=digits_before(text, name), shared_name=shared)

    # --- calls -----------------------------------------------------------------------------------------

    def _call(self, op: Gen | Select) -> None:
        segments = self._of(op.source)
        request = Request(place_of(op.span), f"{self.name}.{op.name or op.site}")
        request.segments = [
            replace(s, is_newest=s.region != "system" and s.region == segments[-1].region)
            for s in merged(segments)
        ]
        self.requests.append(request)
        self.values.op(op)
        if op.prompt is not None:
            said = Segment(SESSION, region=f"turn{self.turns}", is_unknown=True)
            self.prompts[op.prompt] = [*segments, said][:MAX_SEGMENTS]

    def _use(self, op: Use) -> None:
        if self.depth > MAX_DEPTH:
            self.prompts[op.result] = self._of(op.prompt)
            return
        fragment = self.module.fragment(op.fragment)
        first, *rest = fragment.body.args
        self.prompts[first] = self._of(op.prompt)
        for value, arg in zip(rest, op.args, strict=False):
            self.values.give(value, self.values.of(arg))
        self.depth += 1
        (last, *_) = self.block(fragment.body) or (first,)
        self.depth -= 1
        self.prompts[op.result] = self._of(last)

    # --- regions ----------------------------------------------------------------------------------------

    def _unordered(self, op: Unordered) -> None:
        """The compiler lays sections out by lifetime, so they are taken in that order."""
        sections: list[list[Segment]] = []
        for block in op.sections:
            self.prompts[block.args[0]] = []
            (last, *_) = self.block(block) or (block.args[0],)
            sections.append(self._of(last))
            self.found += in_section(sections[-1], op, self.counter, self.name)
        sections.sort(key=lambda s: max((x.rank for x in s), default=0))
        self.prompts[op.result] = [
            *self._of(op.prompt),
            *(s for section in sections for s in section),
        ]

    def _if(self, op: If) -> None:
        cond = self.values.of(op.cond)
        state = self.turns, self.region
        sides: list[Sequence[Operand]] = []
        ends: list[tuple[int, str]] = []
        for block in (op.then, op.orelse):
            self.turns, self.region = state
            sides.append(self.block(block))
            ends.append((self.turns, self.region))
        self.turns, self.region = max(ends)
        for result, one, other in zip(op.results, *sides, strict=True):
            self._join(result, one, other, cond, op)

    def _join(self, result: Value, one: Operand, other: Operand, cond: Known, op: If) -> None:
        both = (self._of(one), self._of(other))
        if any(both):
            self.prompts[result] = longest_side(both, cond, place_of(op.span), self.region)
        known = self.values.of_all((one, other))
        rank = max(known.rank, cond.rank)
        self.values.give(
            result, replace(known, rank=rank, is_declared=known.is_declared and cond.is_declared)
        )

    def _for(self, op: For) -> None:
        items = self.values.of(op.items)
        if self.region == "system" or any(isinstance(each, Turn) for each in walk(op.body)):
            self._note_windows(items, op)
        index, item, *carried = op.body.args
        self.values.give(index, Known())
        self.values.give(item, replace(items, windows=()))
        self._carry(carried, op.inits)
        self.found += in_rounds(op, self.counter, self.name)
        self.loops += 1
        yielded = self.block(op.body)
        self.loops -= 1
        for result, value, init in zip(op.results, yielded, op.inits, strict=False):
            self._result(result, value, init)

    def _note_windows(self, items: Known, op: Op) -> None:
        for origin in items.windows:
            self.windows.append((origin, Request(place_of(op.span), self.name)))

    def _loop(self, op: While | Collect) -> None:
        for region in regions(op):
            known = self.values.of_all(operands(op))
            for arg in region.args:
                self.values.give(arg, known)
            if isinstance(op, While):
                self._carry(region.args[-len(op.inits) :] if op.inits else (), op.inits)
        yielded: Sequence[Operand] = ()
        for region in regions(op):
            yielded = self.block(region)
        inits = op.inits if isinstance(op, While) else [yielded[0]] if yielded else []
        for result, value, init in zip(results(op), yielded, inits, strict=False):
            self._result(result, value, init)

    def _carry(self, carried: Sequence[Value], inits: Sequence[Operand]) -> None:
        for value, init in zip(carried, inits, strict=False):
            self.values.give(value, self.values.of(init))
            if isinstance(init, Value) and init in self.prompts:
                self.prompts[value] = self._of(init)

    def _result(self, result: Value, value: Operand, init: Operand) -> None:
        if isinstance(value, Value) and value in self.prompts:
            self.prompts[result] = self._of(value)
        self.values.give(result, self.values.of_all((value, init)))

    def _fork(self, op: Fork) -> None:
        """Arms are calls beside one another: what differs between them is the arm's own."""
        state = self.turns, self.region
        outer, self.before = self.before, self.before or self.values.names()
        yields: list[Operand] = []
        for block in op.bodies:
            self.turns, self.region = state
            if op.items is not None and len(block.args) > 1:
                place = place_of(op.span)
                known = self.values.of(op.items)
                arm = Origin(Cause.ARM, REQUEST, place, "what differs between the arms")
                self.values.give(block.args[1], Known(REQUEST, (arm, *known.origins)))
            yields += self.block(block)
        self.before = outer
        for result, value in zip(op.results, yields, strict=False):
            self._result(result, value, value)
