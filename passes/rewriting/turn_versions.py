"""Turns as text: one version of each prompt for every future in which the chat template writes it in another way.

A template may write a turn differently once the conversation goes on: without the reasoning that it opened the
turn with, or with another end. A prompt that goes on in several ways then stands there several times, and what
was said in one version is said again in the others (`echo`). Versions that read the same are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ...ir.ops import (
    Block,
    Collect,
    Const,
    Echo,
    For,
    Fork,
    Gen,
    If,
    Image,
    Index,
    Insert,
    MakeList,
    Mark,
    Op,
    Operand,
    Pick,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Value,
    While,
    Yield,
)
from ...ir.span import Span
from ...ir.structure import operands, substitute, with_results
from ...ir.target.turns import TurnModel
from ...ir.types import BOOL, PROMPT, ListType, OptionalType, Type
from ..analysis.turn_futures import TurnFutures
from ..analysis.turn_states import TurnStates

NOTHING = -1
"""The future of a prompt that nobody asks about any more."""
Versions = dict[int, Operand]


@dataclass(frozen=True, slots=True)
class Again:
    """A turn that is written again: behind which text it was asked, and behind which it goes on."""

    asked: str
    later: str
    span: Span | None


class DoesNotCompose(Exception):
    """Turns can't be written as text here; says why."""


class OpensOtherwise(Exception):
    """A turn is opened in several ways, by what came before it; `future` is what follows there."""

    def __init__(self, future: int) -> None:
        self.future = future


class VersionWriter:
    """Rewrites one program. Raises DoesNotCompose, OpensOtherwise.

    `early`: futures whose first turn is opened where the turn before it ends, since there it is known which that was.
    """

    def __init__(
        self,
        states: TurnStates,
        futures: TurnFutures,
        model: TurnModel,
        early: frozenset[int] = frozenset(),
    ) -> None:
        self._states, self._futures, self._model = states, futures, model
        self._early = early
        self._at: dict[Value, Versions] = {}
        self._again: dict[tuple[str, str], Again] = {}

    @property
    def again(self) -> list[Again]:
        """The turns that are written again."""
        return list(self._again.values())

    def body(self, block: Block) -> Block:
        """The body of a program."""
        return Block(block.args, tuple(self._ops(block.ops)))

    def _ops(self, ops: Sequence[Op]) -> list[Op]:
        return [new for op in ops for new in self._op(op)]

    def _op(self, op: Op) -> Sequence[Op]:
        match op:
            case Root():
                return self._root(op)
            case Turn():
                return self._turn(op)
            case Gen() | Select():
                return self._call(op)
            case Text() | Insert() | Image() | Echo() | Pick():
                return self._each(op, op.result)
            case Index() | MakeList() if holds_prompt(op.result.type):
                return self._each(op, op.result)
            case If():
                return (self._if(op),)
            case For() | While():
                return (self._loop(op),)
            case Fork():
                return (self._fork(op),)
            case Unordered() | Collect():
                return (self._once(op),)
            case _:
                return (self._any(op),)

    # --- versions -------------------------------------------------------------------------------

    def _wanted(self, prompt: Operand) -> list[int]:
        return sorted(self._futures.of(prompt)) or [NOTHING]

    def _get(self, prompt: Operand, future: int) -> Operand:
        """The version of a prompt for a future; on a way that is never taken any of them."""
        if not isinstance(prompt, Value) or prompt not in self._at:
            return prompt
        versions = self._at[prompt]
        return versions[future] if future in versions else next(iter(versions.values()))

    def _each(self, op: Op, result: Value) -> list[Op]:
        """The op, once for each different tuple of prompts that the futures of its result ask for."""
        held = [o for o in operands(op) if isinstance(o, Value) and o in self._at]
        made: dict[tuple[Operand, ...], Value] = {}
        ops: list[Op] = []
        for future in self._wanted(result):
            given = tuple(self._get(o, future) for o in held)
            if given not in made:
                made[given] = Value(result.type, result.hint) if made else result
                now = substitute(op, dict(zip(held, given, strict=True)))
                ops.append(with_results(now, (made[given],)))
            self._at.setdefault(result, {})[future] = made[given]
        return ops

    def _any(self, op: Op) -> Op:
        """An op that is about a prompt, whatever follows it."""
        held = [o for o in operands(op) if isinstance(o, Value) and o in self._at]
        return substitute(op, {o: self._get(o, NOTHING) for o in held}) if held else op

    def _root(self, op: Root) -> list[Op]:
        """The empty prompt, with what the template writes before all turns."""
        empty = replace(op, result=Value(PROMPT), bos=False)
        made: dict[str, Value] = {}
        ops: list[Op] = []
        for future in self._wanted(op.result):
            begun = self._early_gap(0, future) or self._model.ends.get(0, "")
            if begun not in made:
                made[begun] = Value(PROMPT, op.result.hint) if made else op.result
                mark = Mark(0, len(begun), "system", "begin")  # no text of the program's
                ops.append(Text(made[begun], empty.result, begun, marks=(mark,), span=op.span))
            self._at.setdefault(op.result, {})[future] = made[begun]
        if list(made) == [""]:
            return [replace(op, bos=False)]
        return [empty, *ops]

    def _early_gap(self, past: int, future: int) -> str | None:
        """All that stands between two turns, where it is written before the second one begins."""
        return self._model.gaps.get((past, future)) if future in self._early else None

    # --- turns and calls ------------------------------------------------------------------------

    def _turn(self, op: Turn) -> list[Op]:
        made: dict[tuple[Operand, str], Value] = {}
        ops: list[Op] = []
        for future in self._wanted(op.result):
            given = self._edge(op, future)
            is_forgotten = self._is_forgotten(op, future)
            if is_forgotten and op.edge == "end":
                self._keep(op.result, future, given[0])
                continue
            if given not in made:
                made[given] = Value(PROMPT, op.result.hint) if made else op.result
                end = len(given[1])
                marks = (Mark(0, end, op.role, op.edge),)
                if is_forgotten:  # the answer follows what is not shown any more
                    marks = (*marks, Mark(end, end, "assistant", "begin"))
                ops.append(Text(made[given], *given, marks=marks, span=op.span))
            self._keep(op.result, future, made[given])
        return ops

    def _keep(self, prompt: Value, future: int, version: Operand) -> None:
        self._at.setdefault(prompt, {})[future] = version

    def _is_forgotten(self, op: Turn, future: int) -> bool:
        """Whether this is reasoning that the template no longer shows in that future."""
        inside = self._futures.before_end(op, future) if op.edge == "end" else future
        return op.role == "thinking" and inside in self._model.drops

    def _edge(self, op: Turn, future: int) -> tuple[Operand, str]:
        """The prompt before the edge of a turn, and what the template writes for it."""
        if op.edge == "begin":
            return self._get(op.prompt, future), self._opener(op, op.prompt, future)
        inside = self._futures.before_end(op, future)
        prompt = self._get(op.prompt, NOTHING if inside is None else inside)
        if op.role == "thinking":  # what closes it is what opens the answer
            return prompt, self._opener(op, op.result, future)
        return prompt, self._closer(op, future)

    def _opener(self, op: Turn, prompt: Operand, future: int) -> str:
        """What opens a turn; nothing where it begins with reasoning, which opens it."""
        if future in self._early or (op.edge == "begin" and self._thinks_first(op, future)):
            return ""
        gaps, pasts = self._model.gaps, self._pasts(prompt)
        pairs = [(past, future) for past in pasts if (past, future) in gaps]
        if future == NOTHING:
            own = (p for p in gaps if p[0] in pasts and self._model.futures.first(p[1]) == op.role)
            pairs = list(own)[:1]
        found = {self._model.opener(pair) for pair in pairs}
        if len(found) > 1:
            raise OpensOtherwise(future)
        return found.pop() if found else ""

    def _thinks_first(self, op: Turn, future: int) -> bool:
        first = None if future == NOTHING else self._model.futures.first(future)
        return op.role == "assistant" and first == "thinking"

    def _closer(self, op: Turn, future: int) -> str:
        pasts = self._pasts(op.result)
        pairs = [(past, future) for past in pasts if (past, future) in self._model.gaps]
        if not pairs:  # nothing follows, or the way that leads there is never taken
            return next((self._model.ends.get(past, "") for past in pasts), "")
        found = {self._early_gap(*pair) or self._model.end(pair) for pair in pairs}
        if len(found) > 1:
            what = f"the text that closes the {op.role} turn depends on which turns came before it"
            raise DoesNotCompose(what)
        return found.pop()

    def _pasts(self, prompt: Operand) -> list[int]:
        pasts = {state.past for state in self._states.of(prompt)}
        return sorted(past for past in pasts if isinstance(past, int))

    def _call(self, op: Gen | Select) -> list[Op]:
        asked = self._futures.asked(op)
        source = self._get(op.source, NOTHING if asked is None else asked)
        ops: list[Op] = [replace(op, source=source)]
        if op.prompt is not None:
            ops += self._said(op, op.prompt, source)
        if isinstance(op, Gen) and op.samples is not None:
            ops += self._samples(op, op.samples, source)
        return ops

    def _said(self, op: Gen | Select, said: Value, source: Operand) -> list[Op]:
        """What was said, in the version that was asked and again in all others."""
        versions: Versions = {}
        ops: list[Op] = []
        again: dict[Operand, Value] = {source: said}
        for future in self._wanted(said):
            base = self._get(op.source, future)
            if future in self._model.drops:
                versions[future] = base
                continue
            if base not in again:
                again[base] = Value(PROMPT, said.hint)
                apart = self._is_apart(op, future)
                ops.append(Echo(again[base], base, source, said, apart=apart, span=op.span))
            versions[future] = again[base]
        self._at[said] = versions
        return ops

    def _is_apart(self, op: Gen | Select, future: int) -> bool:
        """Whether the turn was asked behind another text than it goes on from; notes it."""
        asked = self._futures.asked(op)
        for past in self._pasts(op.source):
            texts = [self._model.gaps.get((past, f), "") for f in (asked, future) if f is not None]
            if len(set(texts)) > 1:
                again = Again(*_where_they_part(*texts), op.span)
                self._again.setdefault((again.asked, again.later), again)
                return True
        return False

    def _samples(self, op: Gen, samples: Value, source: Operand) -> list[Op]:
        versions: Versions = {}
        ops: list[Op] = []
        again: dict[Operand, Value] = {source: samples}
        for future in self._wanted(samples):
            base = self._get(op.source, future)
            if base not in again:
                again[base] = Value(samples.type, samples.hint)
                item, told = Value(PROMPT), Value(PROMPT)
                echo = Echo(told, base, source, item, span=op.span)
                body = Block((item,), (echo, Yield((told, Const(True, BOOL)))))
                ops.append(Collect(again[base], samples, body))
            versions[future] = again[base]
        self._at[samples] = versions
        return ops

    # --- control --------------------------------------------------------------------------------

    def _if(self, op: If) -> If:
        arms = [(self._ops(block.ops[:-1]), _yielded(block)) for block in (op.then, op.orelse)]
        results: list[Value] = []
        yields: tuple[list[Operand], list[Operand]] = ([], [])
        for at, result in enumerate(op.results):
            pair = (arms[0][1][at], arms[1][1][at])
            for new, both in self._versions(
                result, lambda f, p=pair: tuple(self._get(v, f) for v in p)
            ):
                results.append(new)
                for side, value in zip(yields, both, strict=True):
                    side.append(value)
        blocks = [
            Block((), (*ops, Yield(tuple(side))))
            for (ops, _), side in zip(arms, yields, strict=True)
        ]
        return replace(op, results=tuple(results), then=blocks[0], orelse=blocks[1])

    def _versions(
        self, result: Value, given: Callable[[int], tuple[Operand, ...]]
    ) -> Iterable[tuple[Value, tuple[Operand, ...]]]:
        """The values that stand for a result of a region, each with what is yielded for it."""
        if not holds_prompt(result.type):
            return [(result, given(NOTHING))]
        made: dict[tuple[Operand, ...], Value] = {}
        for future in self._wanted(result):
            key = given(future)
            made.setdefault(key, Value(result.type, result.hint) if made else result)
            self._at.setdefault(result, {})[future] = made[key]
        return [(value, key) for key, value in made.items()]

    def _loop(self, op: For | While) -> For | While:
        """Carry as few versions of each prompt as keep apart what an iteration keeps apart."""
        carried = op.body.args[2:] if isinstance(op, For) else op.body.args[1:]
        if isinstance(op, For) and holds_prompt(op.body.args[1].type):
            self._alias(op.body.args[1], op.items)
        parts = [
            self._parted(init, self._wanted(arg)) if holds_prompt(arg.type) else [[NOTHING]]
            for init, arg in zip(op.inits, carried, strict=True)
        ]
        while True:
            args = [self._bind(arg, part) for arg, part in zip(carried, parts, strict=True)]
            ops = self._ops(op.body.ops[:-1])
            ends = _yielded(op.body)
            finer = [
                [piece for part in each for piece in self._parted(end, part)]
                if holds_prompt(arg.type)
                else each
                for arg, each, end in zip(carried, parts, ends, strict=True)
            ]
            if finer == parts:
                break
            parts = finer
        flat = [(at, part[0]) for at, each in enumerate(parts) for part in each]
        inits = tuple(self._get(op.inits[at], future) for at, future in flat)
        yields = tuple(self._get(ends[at], future) for at, future in flat)
        inside = tuple(value for each in args for value in each)
        fresh = [self._bind(result, part) for result, part in zip(op.results, parts, strict=True)]
        results = tuple(value for each in fresh for value in each)
        first = op.body.args[: len(op.body.args) - len(carried)]
        body = Block((*first, *inside), (*ops, Yield(yields)))
        if isinstance(op, For):
            items = self._get(op.items, NOTHING)
            return replace(op, results=results, items=items, inits=inits, body=body)
        conds = [self._bind(arg, part) for arg, part in zip(op.cond.args, parts, strict=True)]
        cond = Block(tuple(v for each in conds for v in each), tuple(self._ops(op.cond.ops)))
        return replace(op, results=results, inits=inits, body=body, cond=cond)

    def _parted(self, prompt: Operand, futures: Sequence[int]) -> list[list[int]]:
        """Futures apart by the version that a prompt has for them."""
        parts: dict[Operand, list[int]] = {}
        for future in futures:
            parts.setdefault(self._get(prompt, future), []).append(future)
        return list(parts.values())

    def _bind(self, name: Value, parts: Sequence[Sequence[int]]) -> list[Value]:
        """Values that stand for a name, one for each part of its futures."""
        if not holds_prompt(name.type):
            return [name]
        values = [name, *(Value(name.type, name.hint) for _ in parts[1:])]
        self._at[name] = {f: value for value, part in zip(values, parts, strict=True) for f in part}
        return values

    def _alias(self, item: Value, items: Operand) -> None:
        """An item of a list of prompts, where the list has one version."""
        if len({self._get(items, future) for future in self._wanted(item)}) > 1:
            raise DoesNotCompose(
                "a loop goes over prompts that the template writes in several ways"
            )
        self._at[item] = dict.fromkeys(self._wanted(item), item)

    def _fork(self, op: Fork) -> Fork:
        if op.items is not None and holds_prompt(op.bodies[0].args[1].type):
            self._alias(op.bodies[0].args[1], op.items)
        results: list[Value] = []
        bodies: list[Block] = []
        names = iter(op.results)
        for body in op.bodies:
            ops = self._ops(body.ops[:-1])
            yields: list[Operand] = []
            for value in _yielded(body):
                result = next(names)
                for new, (given,) in self._versions(result, lambda f, v=value: (self._get(v, f),)):
                    results.append(new)
                    yields.append(given)
            bodies.append(Block(body.args, (*ops, Yield(tuple(yields)))))
        items = None if op.items is None else self._get(op.items, NOTHING)
        return replace(op, results=tuple(results), items=items, bodies=tuple(bodies))

    def _once(self, op: Unordered | Collect) -> Op:
        """Sections and comprehensions, where the template writes their prompts in one way."""
        if isinstance(op, Collect):
            arg = op.body.args[0]
            if not holds_prompt(arg.type):
                return op
            self._alias(arg, op.items)
            self._at[op.result] = dict.fromkeys(self._wanted(op.result), op.result)
            body = Block(op.body.args, tuple(self._ops(op.body.ops)))
            return replace(op, items=self._get(op.items, NOTHING), body=body)
        if len({self._get(op.prompt, future) for future in self._wanted(op.prompt)}) > 1:
            raise DoesNotCompose(
                "sections stand in a turn that the template writes in several ways"
            )
        prompt: Operand = op.prompt
        sections: list[Block] = []
        for section in op.sections:
            start = section.args[0]
            self._at[start] = dict.fromkeys(self._wanted(start), start)
            sections.append(Block(section.args, tuple(self._ops(section.ops))))
            prompt = _yielded(section)[0]
            if len({self._get(prompt, future) for future in self._wanted(prompt)}) > 1:
                raise DoesNotCompose(
                    "a section holds a turn that the template writes in several ways"
                )
        self._at[op.result] = dict.fromkeys(self._wanted(op.result), op.result)
        return replace(op, prompt=self._get(op.prompt, NOTHING), sections=tuple(sections))


def _where_they_part(asked: str, later: str) -> tuple[str, str]:
    """Two texts without the markers that they begin with alike."""
    same = 0
    for at, (a, b) in enumerate(zip(asked, later, strict=False), 1):
        if a != b:
            break
        same = at if a in ">]\n" else same
    return asked[same:], later[same:]


def holds_prompt(kind: Type) -> bool:
    """Whether values of this type are prompts or lists of them."""
    match kind:
        case ListType(item) | OptionalType(item):
            return holds_prompt(item)
        case _:
            return kind == PROMPT


def _yielded(block: Block) -> tuple[Operand, ...]:
    last = block.ops[-1]
    return last.values if isinstance(last, Yield) else ()
