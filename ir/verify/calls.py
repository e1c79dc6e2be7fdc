"""The verifier's names and sites: everything that is called exists, and each call is told apart."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from typing import get_args

from ..constrained.calls import constrained_type
from ..diagnostic import Diagnostic
from ..infer import has_samples
from ..module import Module
from ..ops import (
    PURE,
    Arith,
    ArithOp,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    CompareOp,
    Const,
    Effect,
    For,
    Fork,
    Gen,
    Host,
    If,
    MakeRecord,
    Op,
    Operand,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
)
from ..sampling import SAMPLING_FIELDS, SELECT_METHODS, ConstraintKind
from ..structure import effects, is_deterministic, regions, walk
from ..values.limits import Json
from ..values.operations import ARITIES
from .problem import Owner, problem

_Found = Iterator[tuple[str, str]]
_SiteKey = tuple[str, tuple[object, ...]]


def check_calls(module: Module) -> Iterator[Diagnostic]:
    """Names, argument counts, attributes, sites and recursion of a whole module."""
    yield from _duplicates(module)
    known = _Known(module)
    for owner in (*module.fragments, *module.programs):
        for op in walk(owner.body):
            for code, headline in (*known.problems(op), *_attribute_problems(op)):
                yield problem(code, owner, headline, op)
        for op, code, headline in _site_problems(owner.body, {}, 0):
            yield problem(code, owner, headline, op)
        for op, headline in _batch_problems(owner):
            yield problem("1113", owner, headline, op)
    yield from _recursion(module)


def _duplicates(module: Module) -> Iterator[Diagnostic]:
    for owners in (module.fragments, module.programs):
        names = [owner.name for owner in owners]
        for number, owner in enumerate(owners):
            if owner.name in names[:number]:
                yield problem("1102", owner, "there are two of that name")


class _Known:
    """The names of a module, with how many arguments each takes."""

    def __init__(self, module: Module) -> None:
        self._fragments = {each.name: len(each.params) for each in module.fragments}
        self._programs = {each.name: len(each.params) for each in module.programs}
        self._externs = {each.name: each for each in module.externs}

    def problems(self, op: Op) -> _Found:
        """A name that is not known, or the wrong number of arguments for it."""
        match op:
            case Use(fragment=name, args=args):
                yield from _called("fragment", name, len(args), self._fragments.get(name))
            case Call(program=name, args=args):
                yield from _called("program", name, len(args), self._programs.get(name))
            case Host(extern=name, args=args):
                extern = self._externs.get(name)
                count = len(extern.params) if extern else None
                yield from _called("extern", name, len(args), count)
                for word in ("pure", "total") if extern is not None else ():
                    if getattr(extern, word) != getattr(op, word):
                        yield "1113", f"extern `{name}` is {word} in one place and not in the other"
            case Builtin(name=name, args=args):
                yield from _builtin_problems(name, len(args))
            case _:
                pass


def _called(kind: str, name: str, given: int, wanted: int | None) -> _Found:
    if wanted is None:
        yield "1110", f"there is no {kind} `{name}`"
    elif given != wanted:
        yield "1104", f"{kind} `{name}` takes {wanted} arguments, not {given}"


def _builtin_problems(name: str, given: int) -> _Found:
    if name not in ARITIES:
        yield "1110", f"there is no function `{name}`"
        return
    least, most = ARITIES[name]
    if given < least or (most is not None and given > most):
        yield "1104", f"`{name}` does not take {given} arguments"


# --- attributes ---------------------------------------------------------------------------------


def _attribute_problems(op: Op) -> _Found:
    match op:
        case Gen():
            yield from _gen_problems(op)
        case Select(method=method) if method not in SELECT_METHODS:
            yield "1113", f"there is no method `{method}`"
        case Compare(op=kind) if kind not in get_args(CompareOp):
            yield "1113", f"there is no comparison `{kind}`"
        case Arith(op=kind, args=args):
            if kind not in get_args(ArithOp) or len(args) != (1 if kind in ("neg", "not") else 2):
                yield "1113", f"`{kind}` with {len(args)} operands"
        case MakeRecord(names=names, values=values):
            if len(set(names)) != len(names) or len(names) != len(values):
                yield "1113", "names and values do not pair up"
        case Text(text=text, marks=marks):
            at = 0
            for mark in marks:
                if not at <= mark.start <= mark.end <= len(text):
                    yield "1113", f"mark {mark.start}:{mark.end} is out of order or outside"
                at = mark.end
        case Collect() | For() | Unordered():
            yield from _region_effects(op)
        case _:
            pass


def _gen_problems(op: Gen) -> _Found:
    known = (*SAMPLING_FIELDS, *get_args(ConstraintKind))
    for name, _ in op.dynamic:
        if name not in known:
            yield "1113", f"there is no parameter `{name}`"
    if op.samples is not None and not has_samples(op):
        yield "1113", "samples of a gen without `n`"
    if op.constraint is not None:
        try:
            constrained_type(op.constraint)
        except (ValueError, KeyError, TypeError) as error:
            what = (
                "declared type is none" if op.constraint.kind == "type" else "call is of no tools"
            )
            yield "1113", f"the {what}: {error}"


def _region_effects(op: Collect | For | Unordered) -> _Found:
    """Comprehensions and sort keys are pure; sections may append, and nothing else."""
    if isinstance(op, Unordered):
        where, blocks, allowed = "a section", op.sections, Effect.APPENDS | Effect.HINT
    elif isinstance(op, Collect):
        where, blocks, allowed = "a comprehension", (op.body,), PURE
    else:
        where, blocks, allowed = "a sort key", (op.key,) if op.key else (), PURE
    for block in blocks:
        for inner in block.ops:
            if effects(inner) & ~(allowed | Effect.CONTROL):
                yield "1112", f"{where} may not have the effect of `{type(inner).__name__.lower()}`"


def _batch_problems(owner: Owner) -> Iterator[tuple[Op, str]]:
    """What a batch may order: text without turns, and as many sections wherever the number stands."""
    counts: dict[int, int] = {}
    for op in walk(owner.body):
        if not isinstance(op, Unordered) or op.batch is None:
            continue
        count = len(op.sections)
        if counts.setdefault(op.batch, count) != count:
            yield op, f"batch {op.batch} has {count} sections here and {counts[op.batch]} before"
        if any(isinstance(inner, Turn) for section in op.sections for inner in walk(section)):
            yield op, "a turn in a section that a batch may order"


# --- sites --------------------------------------------------------------------------------------


def _site_problems(
    block: Block, seen: MutableMapping[_SiteKey, Op], loops: int
) -> Iterator[tuple[Op, str, str]]:
    """Calls with the same site and indices that can both run; `seen` gets those of the block."""
    for op in block.ops:
        if isinstance(op, Gen | Select | Use | Call):
            key = (op.site, tuple(map(_index_key, op.indices)))
            if key in seen:
                yield op, "1108", f"site `{op.site}` is used twice with the same indices"
            seen[key] = op
        if isinstance(op, Gen) and len(op.indices) < loops and not is_deterministic(op):
            yield op, "1109", f"{loops} loops around a sampled call and {len(op.indices)} indices"
        inner = loops + _is_loop(op)
        if isinstance(op, If):
            after: dict[_SiteKey, Op] = {}
            for region in regions(op):
                branch = ChainMap[_SiteKey, Op]({}, seen)
                yield from _site_problems(region, branch, inner)
                after |= branch.maps[0]
            seen.update(after)
        else:
            for region in regions(op):
                yield from _site_problems(region, seen, inner)


def _index_key(index: Operand) -> object:
    return index if isinstance(index, Value) else _constant_key(index)


def _constant_key(index: Const) -> Json:
    return index.value if isinstance(index.value, int | str) else str(index.value)


def _is_loop(op: Op) -> bool:
    return isinstance(op, For | While) or (isinstance(op, Fork) and op.items is not None)


# --- recursion ----------------------------------------------------------------------------------


def _recursion(module: Module) -> Iterator[Diagnostic]:
    """A program or fragment that comes back to itself."""
    graph = {f"program {owner.name}": _targets(owner) for owner in module.programs}
    graph |= {f"fragment {owner.name}": _targets(owner) for owner in module.fragments}
    for owner in module.programs:
        if _reaches(graph, f"program {owner.name}"):
            yield problem("1111", owner, "it calls itself, directly or through another program")
    for owner in module.fragments:
        if _reaches(graph, f"fragment {owner.name}"):
            yield problem("1111", owner, "it uses itself, directly or through another fragment")


def _targets(owner: Owner) -> set[str]:
    ops = list(walk(owner.body))
    used = {f"fragment {op.fragment}" for op in ops if isinstance(op, Use)}
    return used | {f"program {op.program}" for op in ops if isinstance(op, Call)}


def _reaches(graph: dict[str, set[str]], start: str) -> bool:
    """Whether a path leads from a node back to it."""
    seen: set[str] = set()
    stack = list(graph[start])
    while stack:
        node = stack.pop()
        if node == start:
            return True
        if node not in seen:
            seen.add(node)
            stack.extend(graph.get(node, ()))
    return False
