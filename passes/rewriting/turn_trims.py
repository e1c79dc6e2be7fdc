"""Turns of a template that trims contents, as text; the part of `render-turns` that needs more than markers.

A prompt inside a turn is an `Edge`. Where control flow joins prompts inside a turn, what is held back and whether
the content has started become values beside the prompt, unless they are the same on all paths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...ir.ops import (
    Block,
    Const,
    Echo,
    For,
    Fork,
    Gen,
    If,
    Index,
    Insert,
    MakeList,
    Op,
    Operand,
    Pick,
    Role,
    Select,
    Text,
    Turn,
    Unordered,
    Value,
    While,
    Yield,
)
from ...ir.span import Span
from ...ir.structure import operands, regions, results, walk
from ...ir.target.calls import CALL
from ...ir.target.turns import Trim
from ...ir.types import BOOL, PROMPT, STR
from .not_composing import DoesNotCompose
from .turn_edges import Edge, EdgeWriter, started_operand


@dataclass
class TrimmingRenderer:
    """Trims the contents of turns; their edges stay. One per program.

    Raises DoesNotCompose; what it has emitted by then is thrown away with it.
    """

    trims: Mapping[Role, Trim]
    declined: Callable[[str], object]

    def __post_init__(self) -> None:
        self._edges: dict[Value, Edge] = {}
        self._settled_lists: dict[Value, Edge] = {}  # what an item of each is like
        self._writer = EdgeWriter()

    def body(self, block: Block) -> Block:
        """The body of a program."""
        return Block(block.args, tuple(self._ops(block.ops)))

    def _ops(self, ops: Sequence[Op]) -> list[Op]:
        done: list[Op] = []
        for op in ops:
            kept = self._op(op)
            done += self._writer.drain()
            done += kept
        return done

    def _op(self, op: Op) -> Sequence[Op]:
        """The ops that follow what the writer emitted for this one."""
        match op:
            case Turn():
                return self._turn(op)
            case Text() | Insert() if self._edge(op.prompt):
                return self._append(op)
            case Gen() | Select() if edge := self._edge(op.source):
                return self._call(op, edge)
            case Unordered() if self._edge(op.prompt):
                return self._unordered(op)
            case Pick() | Index() | MakeList():
                return self._list(op)
            case If():
                return (self._if(op),)
            case For() | While():
                return (self._loop(op),)
            case Fork():
                return (self._fork(op),)
            case _:
                self._refuse(op)
                return (op,)

    def _edge(self, prompt: Operand) -> Edge | None:
        return self._edges.get(prompt) if isinstance(prompt, Value) else None

    def _turn(self, op: Turn) -> Sequence[Op]:
        edge = self._edge(op.prompt)
        ops: list[Op] = []
        if (op.edge == "end" or op.role == CALL) and edge:
            ops, end = self._shown(edge, op.span)
            op = replace(op, prompt=end)
        is_answer = op.role == "thinking" and op.edge == "end"
        trim = self.trims.get("assistant" if is_answer else op.role, Trim())
        if (op.edge == "begin" or is_answer) and (trim.left or trim.right):
            begin = op.result
            self._edges[begin] = Edge(begin, trim, started=not trim.left, begin=begin)
        return (*ops, op)

    def _shown(self, edge: Edge, span: Span | None) -> tuple[list[Op], Operand]:
        """The content as it is shown if it ends here: what is held and what was said lose their white space."""
        base = self._writer.close(edge, span).base
        if edge.loose == Trim():
            return [], base
        if edge.begin is None:
            raise DoesNotCompose("where a turn began is not known where it ends")
        begin, shown = edge.begin, Value(PROMPT)
        trim = edge.loose
        return [Echo(shown, begin, begin, base, trim.left, trim.right, span=span)], shown

    def _append(self, op: Text | Insert) -> Sequence[Op]:
        edge = self._edges[_value(op.prompt)]
        if isinstance(op, Text):
            self._edges[op.result] = self._writer.text(edge, op)
        else:
            self._edges[op.result] = self._writer.value(edge, op.value, op.span)
        return ()

    def _call(self, op: Gen | Select, edge: Edge) -> Sequence[Op]:
        """What is taken away where a call asks is there again behind it, with what was said after it."""
        ops, asked = self._shown(edge, op.span)
        ops.append(replace(op, source=asked))
        whole = self._writer.written(edge, op.span) if edge.held else edge.base
        after = replace(edge, base=whole, started=True, held=(), loose=_loose_after(op, edge))
        if op.prompt is not None:
            base = op.prompt
            if whole is not asked:
                base = Value(PROMPT, op.prompt.hint)
                ops.append(Echo(base, whole, asked, op.prompt, span=op.span))
            self._edges[op.prompt] = replace(after, base=base)
        if isinstance(op, Gen) and op.samples is not None:
            if whole is not asked:
                raise DoesNotCompose("samples go on from white space that the template takes")
            self._settled_lists[op.samples] = replace(edge, loose=edge.trim)
        return ops

    def _unordered(self, op: Unordered) -> Sequence[Op]:
        self.declined("sections inside a turn whose edges the template trims keep their order")
        done: list[Op] = []
        prompt: Operand = op.prompt
        for section in op.sections:
            self._alias(section.args[0], prompt)
            done += self._ops(section.ops[:-1])
            prompt = _yields(section)[0]
        self._alias(op.result, prompt)
        return done

    def _alias(self, name: Value, prompt: Operand) -> None:
        edge = self._edge(prompt)
        if edge is None:
            raise DoesNotCompose("a section leaves its turn")
        self._edges[name] = edge

    def _list(self, op: Pick | Index | MakeList) -> Sequence[Op]:
        """Lists may hold prompts of a turn only if nothing of them is held back."""
        if isinstance(op, MakeList):
            edges = [edge for item in op.items if (edge := self._edge(item))]
            if edges:
                self._settled_lists[op.result] = self._common(edges, len(op.items))
                return (replace(op, items=tuple(edge.base for edge in edges)),)
            return (op,)
        source = op.prompts if isinstance(op, Pick) else op.items
        self._bind_item(source, op.result)
        return (op,)

    def _bind_item(self, items: Operand, item: Value) -> None:
        if isinstance(items, Value) and items in self._settled_lists:
            self._edges[item] = replace(self._settled_lists[items], base=item)

    def _common(self, edges: Sequence[Edge], count: int) -> Edge:
        """What each of several settled prompts is like."""
        trims = {edge.trim for edge in edges}
        if len(edges) < count or len(trims) > 1 or not all(edge.is_settled for edge in edges):
            raise DoesNotCompose("a list holds prompts of a turn that does not end in visible text")
        trim = trims.pop()
        return Edge(edges[0].base, trim, started=True, loose=trim, begin=_same_begin(edges))

    def _if(self, op: If) -> If:
        arms = [(self._ops(block.ops[:-1]), _yields(block)) for block in (op.then, op.orelse)]
        joined = [
            (self._edge(a), self._edge(b)) for a, b in zip(arms[0][1], arms[1][1], strict=True)
        ]
        extra: list[Value] = []
        added: tuple[list[Operand], list[Operand]] = ([], [])
        for result, pair in zip(op.results, joined, strict=True):
            first, second = pair
            if first is None and second is None:
                continue
            if first is None or second is None or first.trim != second.trim:
                raise DoesNotCompose("a turn is open on one path only")
            edge, carried = self._joined(result, first, second)
            self._edges[result] = edge
            extra += carried
            for side, arm, into in zip(pair, arms, added, strict=True):
                into += self._carried(side, carried) if side and carried else ()
                arm[0].extend(self._writer.drain())
        blocks = [
            Block((), (*ops, Yield((*map(self._base, values), *more))))
            for (ops, values), more in zip(arms, added, strict=True)
        ]
        return replace(op, results=(*op.results, *extra), then=blocks[0], orelse=blocks[1])

    def _joined(self, result: Value, first: Edge, second: Edge) -> tuple[Edge, list[Value]]:
        """The edge where two paths join, and the values that must travel beside the prompt."""
        loose, begin = _both(first.loose, second.loose), _same_begin((first, second))
        if first.shape is not None and first.shape == second.shape:
            return replace(first, base=result, loose=loose, begin=begin), []
        held = Value(STR, "held")
        if first.started is True and second.started is True:
            return Edge(result, first.trim, True, (held,), loose, begin), [held]
        started = Value(BOOL, "started")
        return Edge(result, first.trim, started, (held,), loose, begin), [held, started]

    def _carried(self, edge: Edge, carried: Sequence[Value]) -> list[Operand]:
        """What one path yields for the values of `_joined`."""
        return [self._writer.held(edge), started_operand(edge.started)][: len(carried)]

    def _loop(self, op: For | While) -> For | While:
        """Try without values beside the prompt; where the body changes what is held, with them."""
        if isinstance(op, For):
            self._bind_item(op.items, op.body.args[1])
        entries = [self._entry(init, op.body) for init in op.inits]
        nothing: list[list[Value]] = [[] for _ in entries]
        if self._keeps_edges(op, entries):
            return self._rebuilt(op, entries, nothing)
        return self._rebuilt(op, entries, [_beside(edge) for edge in entries])

    def _entry(self, init: Operand, body: Block) -> Edge | None:
        """The edge with which an iteration begins: behind one that asks, it may end in what was said."""
        edge = self._edge(init)
        if edge is None or not any(isinstance(op, Gen | Select) for op in walk(body)):
            return edge
        return replace(edge, loose=edge.trim)

    def _keeps_edges(self, op: For | While, entries: Sequence[Edge | None]) -> bool:
        """Whether one turn of the loop leaves each prompt's edge as it was at the entry."""
        if all(edge is None for edge in entries):
            return True
        if any(edge and edge.shape is None for edge in entries):
            return False
        self._bind(_carried_args(op), entries, [[] for _ in entries])
        self._ops(op.body.ops[:-1])
        ends = [self._edge(value) for value in _yields(op.body)]
        pairs = zip(entries, ends, strict=True)
        return all(
            end.shape == start.shape if start and end else start is end for start, end in pairs
        )

    def _rebuilt(
        self, op: For | While, entries: Sequence[Edge | None], beside: Sequence[list[Value]]
    ) -> For | While:
        """The loop with the values `beside` each prompt carried along."""
        before: list[Operand] = []
        for init, more in zip(op.inits, beside, strict=True):
            before += self._carried(self._edges[_value(init)], more) if more else ()
        outside = self._writer.drain()
        self._bind(_carried_args(op), entries, beside)
        body_ops = self._ops(op.body.ops[:-1])
        after: list[Operand] = []
        for start, value, more in zip(entries, _yields(op.body), beside, strict=True):
            end = self._edge(value)
            if (start is None) != (end is None) or (start and end and start.trim != end.trim):
                raise DoesNotCompose("a loop opens or closes a turn that it did not find so")
            if start and end and start.begin != end.begin:
                raise DoesNotCompose("a loop goes on in another turn than it began in")
            after += self._carried(end, more) if end and more else ()
        body_ops += self._writer.drain()
        inside = [value for more in beside for value in more]
        body = Block(
            (*op.body.args, *inside),
            (*body_ops, Yield((*map(self._base, _yields(op.body)), *after))),
        )
        fresh = [[Value(value.type, value.hint) for value in more] for more in beside]
        self._bind(op.results, entries, fresh)
        cond_ops = self._ops(op.cond.ops) if isinstance(op, While) else []
        self._writer.restore(outside)
        results = (*op.results, *(value for more in fresh for value in more))
        inits = (*map(self._base, op.inits), *before)
        if isinstance(op, For):
            return replace(op, results=results, inits=inits, body=body)
        cond_args = (*op.cond.args, *(Value(v.type, v.hint) for v in inside))
        cond = Block(cond_args, tuple(cond_ops))
        return replace(op, results=results, inits=inits, body=body, cond=cond)

    def _bind(
        self, names: Sequence[Value], entries: Sequence[Edge | None], beside: Sequence[list[Value]]
    ) -> None:
        """Give each prompt of a loop its edge: as at the entry, or with the values beside it."""
        for name, entry, more in zip(names, entries, beside, strict=True):
            if entry is None:
                continue
            if not more:
                self._edges[name] = replace(entry, base=name)
            else:
                started = more[1] if len(more) > 1 else True
                self._edges[name] = replace(entry, base=name, started=started, held=(more[0],))

    def _fork(self, op: Fork) -> Fork:
        if op.items is not None:
            self._bind_item(op.items, op.bodies[0].args[1])
        bodies: list[Block] = []
        names = iter(op.results)
        for body in op.bodies:
            ops = self._ops(body.ops[:-1])
            for value in _yields(body):
                result = next(names)
                if edge := self._edge(value):
                    item = self._common([_seen_from_outside(edge, body)], 1)
                    if op.items is None:
                        self._edges[result] = replace(item, base=result)
                    else:
                        self._settled_lists[result] = item
            bodies.append(Block(body.args, (*ops, Yield(tuple(map(self._base, _yields(body)))))))
        return replace(op, bodies=tuple(bodies))

    def _base(self, operand: Operand) -> Operand:
        edge = self._edge(operand)
        return edge.base if edge else operand

    def _refuse(self, op: Op) -> None:
        """Let an op pass that has nothing to do with a prompt inside a turn."""
        if any(self._edge(operand) for operand in operands(op)):
            raise DoesNotCompose(f"`{type(op).__name__.lower()}` stands inside a turn")
        if regions(op) and any(
            self._edge(value) for block in regions(op) for o in block.ops for value in operands(o)
        ):
            raise DoesNotCompose(f"`{type(op).__name__.lower()}` stands inside a turn")


def _loose_after(op: Gen | Select, edge: Edge) -> Trim:
    """What may be trimmed of a turn behind a call: it begins or ends with what a model said."""
    if not _may_have_space(op):
        return replace(edge.loose, right=False)
    left = edge.loose.left or (edge.trim.left and edge.started is not True)
    return Trim(left, edge.trim.right)


def _may_have_space(op: Gen | Select) -> bool:
    """Whether an answer may begin or end with white space."""
    if isinstance(op, Gen):
        computed = any(name == "json" for name, _ in op.dynamic)
        return (
            computed
            or op.constraint is None
            or op.constraint.kind != "type"
            or "|" in op.constraint.text
        )
    if not isinstance(op.choices, Const) or not isinstance(op.choices.value, list):
        return True
    return any(str(choice) != str(choice).strip() for choice in op.choices.value)


def _same_begin(edges: Sequence[Edge]) -> Operand | None:
    first = edges[0].begin
    return first if all(edge.begin is first for edge in edges) else None


def _seen_from_outside(edge: Edge, body: Block) -> Edge:
    """An edge behind its region; a turn that began inside has a beginning that nobody sees there."""
    is_inside = any(result is edge.begin for op in walk(body) for result in results(op))
    return replace(edge, begin=None) if is_inside else edge


def _both(first: Trim, second: Trim) -> Trim:
    return Trim(first.left or second.left, first.right or second.right)


def _yields(block: Block) -> tuple[Operand, ...]:
    last = block.ops[-1]
    if not isinstance(last, Yield):
        raise TypeError("a region ends in yield")
    return last.values


def _carried_args(op: For | While) -> tuple[Value, ...]:
    return op.body.args[2:] if isinstance(op, For) else op.body.args[1:]


def _beside(edge: Edge | None) -> list[Value]:
    """The values that a loop carries beside a prompt; content that has started stays started."""
    if edge is None:
        return []
    held = Value(STR, "held")
    return [held] if edge.started is True else [held, Value(BOOL, "started")]


def _value(operand: Operand) -> Value:
    if not isinstance(operand, Value):
        raise TypeError("a prompt is a value")
    return operand
