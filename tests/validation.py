"""Translation validation: whether two modules mean the same, judged by the reference interpreter.

DESIGN 7.3 in code. Shared by the golden tests and the random ones. After any passes, on any inputs:

- the result is the same;
- every call that is still made is asked with the same ids and parameters, and answers the same;
- no call is made that was not made before, and none twice;
- a call that is gone has a twin that asks the same and draws nothing at random, or nothing depends
  on its answer: with another answer the program gives the same result and makes the same calls;
- a prompt that is prefetched is one that a call asks about (speculative ones apart);
- effects are the same, in the same order (arms of a fork have none between them).

A run that fails is compared, too: it fails afterwards with the same error, asks no call that it did not ask
before (speculative ones apart), and has no effect that it did not have, or not in that order. Only what
nobody needs may be gone with its failure: then the run is judged against one in which that op has some
value or other.

Both are given the same orders for what a batch may order: some cases as it stands, the others shuffled.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sglc.ir.meaning.interpret import run
from sglc.ir.meaning.outcome import Beside, Done, HostCall, Outcome, RowFailed, SourceCall
from sglc.ir.module import Module, Program
from sglc.ir.ops import (
    Block,
    Call,
    Const,
    For,
    Fork,
    Gen,
    Host,
    If,
    Index,
    Insert,
    MakeList,
    Op,
    Operand,
    Pick,
    Prefetch,
    Root,
    Select,
    Unordered,
    Value,
    While,
)
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.structure import (
    clone_block,
    regions,
    results,
    substitute_block,
    walk,
    with_regions,
)
from sglc.ir.target import Target
from sglc.ir.types import (
    BOOL,
    FLOAT,
    INT,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    holds_prompt,
)
from sglc.ir.values.limits import Json
from sglc.passes.inline import Inline
from sglc.passes.move_code import MoveCode
from sglc.passes.pipeline import pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

Key = tuple[tuple[str, ...], tuple[int, ...], int]
_PREFETCH_SITE = "prefetch:"


@dataclass(frozen=True)
class Case:
    """One program, and what it is run with."""

    program: str
    args: Mapping[str, object]
    run_seed: int = 0
    orders: Mapping[int, Sequence[int]] = field(default_factory=dict)


class Different(AssertionError):
    """The two modules do not mean the same."""


def assert_equivalent(before: Module, after: Module, target: Target, *, seeds: int = 2) -> None:
    """Run every program of both modules on made-up arguments; raises Different."""
    before = baseline(before, after, target)
    for program in before.programs:
        for seed in range(seeds):
            orders = batch_orders(program, seed)
            case = Case(program.name, sample_args(program, seed), seed, orders)
            assert_same_meaning(before, after, case, target)


def baseline(before: Module, after: Module, target: Target) -> Module:
    """What a rewritten module is judged against: the module, its free orders laid out if they are."""
    if has_free_orders(before) and not has_free_orders(after):
        passes = (Inline(), MoveCode())
        return run_pipeline(before, passes, Context(target), RunOptions(verify=0))
    return before


def has_free_orders(module: Module) -> bool:
    """Whether a module leaves the order of sections or of a loop free."""
    owners = (*module.programs, *module.fragments)
    ops = (op for owner in owners for op in walk(owner.body))
    return any(
        (isinstance(op, Unordered) and op.batch is None) or (isinstance(op, For) and op.key)
        for op in ops
    )


def batch_orders(program: Program, seed: int) -> dict[int, Sequence[int]]:
    """An order for each group that a batch may order; with seed 0 none, so that all stand as laid out."""
    groups = {
        op.batch: len(op.sections)
        for op in walk(program.body)
        if isinstance(op, Unordered) and op.batch is not None
    }
    shuffle = random.Random(seed)
    return {n: shuffle.sample(range(count), count) for n, count in groups.items()} if seed else {}


def at_level_0(module: Module, target: Target) -> Module:
    """The module as `-O0` leaves it."""
    return run_pipeline(module, pipeline(0), Context(target), RunOptions(verify=0))


def assert_same_meaning(
    before: Module, after: Module, case: Case, target: Target
) -> Outcome | None:
    """Run one case on both; raises Different. None when it fails, in both alike."""
    try:
        old = _run(_with_visible_prefetches(before), case, target)
    except RowFailed as failure:
        return _same_failure(before, after, case, target, failure)
    try:
        new = _run(_with_visible_prefetches(after), case, target)
    except RowFailed as failure:
        raise Different(f"fails only afterwards: {failure}") from failure
    asked_before, warmed_before = _without_prefetches(old)
    calls, warmed = _without_prefetches(new)
    if new.result != old.result:
        raise Different(f"the result was {old.result!r} and is {new.result!r}")
    if ordered(new.effects) != ordered(old.effects):
        raise Different(f"the effects were {old.effects} and are {new.effects}")
    _compare_calls(asked_before, calls)
    _judge_missing(before, case, target, replace(old, transcript=tuple(asked_before)), calls)
    _judge_prefetches(warmed, calls, warmed_before)
    return old


# --- runs that fail ------------------------------------------------------------------------------


def _same_failure(
    before: Module, after: Module, case: Case, target: Target, old: RowFailed
) -> Outcome | None:
    """Judge a case that fails before; what it returns is as for `assert_same_meaning`."""
    why = f"it failed with {old}, and does not fail"
    try:
        _run(_with_visible_prefetches(after), case, target)
    except RowFailed as new:
        why = f"it failed with {old}, and fails with {new}"
        if _is_speculative(new.op) or (new.code, new.message) == (old.code, old.message):
            try:
                _compare_failures(old.done, new.done)
            except Different as difference:
                why = str(difference)
            else:
                return None
    for failure in (old, *_all_beside(old)):
        lenient = _without(before, failure.op)
        if lenient is not None:
            return assert_same_meaning(lenient, after, case, target)
    raise Different(why)


def _all_beside(failure: RowFailed) -> Iterator[RowFailed]:
    for other in failure.beside:
        yield other
        yield from _all_beside(other)


def _compare_failures(old: Outcome, new: Outcome) -> None:
    """No call and no effect is there that was not there before."""
    calls = [call for call in new.transcript if not call.speculative]
    (asked_before, warmed_before), (asked, warmed) = (
        _without_prefetches(old),
        _without_prefetches(replace(new, transcript=tuple(calls))),
    )
    _compare_calls(asked_before, asked)
    _judge_prefetches(warmed, asked_before, warmed_before)
    left = iter(flat(old.effects))
    if not all(effect in left for effect in flat(new.effects)):
        raise Different(f"the effects were {old.effects} and are {new.effects}")


def _is_speculative(op: Op | None) -> bool:
    return isinstance(op, Gen | Select) and op.speculative


def ordered(effects: Sequence[Done]) -> tuple[object, ...]:
    """Effects in a form that is equal for equal orders: arms within arms are arms, empty ones are none."""
    found: list[object] = []
    for each in effects:
        if isinstance(each, HostCall):
            found.append(each)
            continue
        arms = [arm for arm in map(ordered, each.arms) if arm]
        inner: list[tuple[object, ...]] = []
        for arm in arms:
            inner += cast("Any", arm[0]) if _is_beside(arm) else (arm,)
        if len(inner) == 1:
            found += inner[0]
        elif inner:
            found.append(tuple(inner))
    return tuple(found)


def _is_beside(arm: tuple[object, ...]) -> bool:
    """Whether an arm is nothing but arms side by side."""
    return len(arm) == 1 and isinstance(arm[0], tuple)


def flat(effects: Sequence[Done]) -> Iterator[HostCall]:
    """The effects, one arm after the other."""
    for each in effects:
        if isinstance(each, Beside):
            yield from itertools.chain(*map(flat, each.arms))
        else:
            yield each


def _without(module: Module, failed: Op | None) -> Module | None:
    """The module, some value or other in place of what an op gives; None when that can't be."""
    if failed is None or isinstance(failed, Host | If | Fork | For | While):
        return None
    instead: dict[Value, Operand] = {
        value: Const(sample_value(value.type, "unused", 0), value.type)
        for value in results(failed)
        if not holds_prompt(value.type)
    }
    if isinstance(failed, Gen | Select) and failed.prompt is not None:
        instead[failed.prompt] = failed.source
    elif isinstance(failed, Insert):
        instead[failed.result] = failed.prompt
    if len(instead) < len(results(failed)) and not isinstance(failed, Pick | Gen):
        return None

    def change(_: str, op: Op) -> Iterator[Op]:
        if not set(results(op)) & set(results(failed)):
            yield op
        elif isinstance(op, Pick):
            yield _some_arm(op)
        elif isinstance(op, Gen) and op.samples is not None:
            yield MakeList(op.samples, (op.source,) * (op.sampling.n or 0))  # that say nothing

    gone = _map_ops(module, change)
    return replace(
        gone,
        programs=tuple(replace(p, body=substitute_block(p.body, instead)) for p in gone.programs),
        fragments=tuple(replace(f, body=substitute_block(f.body, instead)) for f in gone.fragments),
    )


def _some_arm(failed: Pick) -> Op:
    """Another arm, whose turns stand as in the one that is missing; if there is none, some prompt or other."""
    first = Const(0, INT)
    if failed.index == first:
        return Root(failed.result, bos=False)
    return replace(failed, index=first)


# --- the calls -----------------------------------------------------------------------------------


def _compare_calls(old: list[SourceCall], new: list[SourceCall]) -> None:
    known = {call.key: call for call in old}
    made = {call.key for call in new}
    free = Counter(inputs_of(call) for call in old if call.key not in made)
    for key, count in Counter(call.key for call in new).items():
        if count > 1:
            raise Different(f"a call is made {count} times: {key}")
    for call in new:
        was = known.get(call.key)
        if was is None:
            if not _is_deterministic(call) or not free[inputs_of(call)]:
                raise Different(f"a call is made that was not made before: {call.key}")
            free[inputs_of(call)] -= 1  # made in the name of its twin in another arm
            continue
        for part in ("asked", "returned", "value", "sampling", "constraint", "seed", "choices"):
            if _plain(getattr(was, part)) != _plain(getattr(call, part)):
                raise Different(
                    f"`{part}` of the call {call.key} was {getattr(was, part)!r} "
                    f"and is {getattr(call, part)!r}"
                )


def _plain(part: object) -> object:
    """A constraint as it was before splicing, which changes how an answer is made and not which."""
    if isinstance(part, Constraint) and part.style == "spliced":
        return replace(part, style="canonical")
    return part


def inputs_of(call: SourceCall) -> tuple[object, ...]:
    """What a deterministic call's answer depends on."""
    constraint = _plain(call.constraint)
    return (call.kind, call.asked, call.sampling, constraint, call.method, call.choices)


def _is_deterministic(call: SourceCall) -> bool:
    return call.sampling is None or call.sampling.is_deterministic


def _judge_missing(
    before: Module, case: Case, target: Target, old: Outcome, new: list[SourceCall]
) -> None:
    """Every call that is gone has a twin, or nothing depends on it."""
    kept = {call.key for call in new}
    twins = {inputs_of(call) for call in new if _is_deterministic(call)}
    gone = [call for call in old.transcript if call.key not in kept]
    gone = [c for c in gone if not (_is_deterministic(c) and inputs_of(c) in twins)]
    for owner, site in sorted({_cause(call, kept) for call in gone}):
        changed = with_another_answer(before, owner, site)
        other = _lenient_run(changed, case, target)
        if other is None:
            raise Different(f"call {site} of `{owner}` is gone, and was needed")
        if other.result != old.result or _asked(other.transcript, kept) != _asked(
            old.transcript, kept
        ):
            raise Different(f"call {site} of `{owner}` is gone, and its answer was used")


def _lenient_run(module: Module, case: Case, target: Target) -> Outcome | None:
    """A run in which what fails and gives only values has some value or other; None when it fails for good."""
    try:
        return _run(module, case, target)
    except RowFailed as failure:
        lenient = _without(module, failure.op)
        return None if lenient is None else _lenient_run(lenient, case, target)


def _asked(calls: Iterable[SourceCall], kept: Set[Key]) -> dict[Key, tuple[int, ...]]:
    return {call.key: call.asked for call in calls if call.key in kept}


def _cause(call: SourceCall, kept: Set[Key]) -> tuple[str, str]:
    """The program and site to look at: the call, or the outermost call of a program that is gone."""
    alive = {path[:length] for path, _, _ in kept for length in range(len(path) + 1)}
    gone = next((n for n in range(3, len(call.path), 2) if call.path[:n] not in alive), None)
    if gone is None:
        return call.path[-2], call.path[-1]
    return call.path[gone - 3], call.path[gone - 2]


def _judge_prefetches(
    warmed: Sequence[SourceCall], calls: Sequence[SourceCall], before: Sequence[SourceCall]
) -> None:
    """What is warmed is the beginning of what some call asks about, a token or two at its end apart.

    A prefetch of the program's own may be in vain, and what it warms may then be written in another way: there are
    no more of these afterwards than before.
    """
    vain = [
        p.asked for p in warmed if not any(_begins(c.asked, p.asked) for c in (*calls, *before))
    ]
    left = {prefetch.asked for prefetch in warmed}
    own = [
        p for p in before
        if p.asked not in left and not any(_begins(c.asked, p.asked) for c in calls)
    ]  # fmt: skip
    if len(vain) > len(own):
        raise Different(f"a prompt of {len(vain[0])} tokens is prefetched, and no call is asked it")


def _begins(asked: tuple[int, ...], known: tuple[int, ...]) -> bool:
    """Whether `asked` begins with `known`, up to the last word, which what follows may change."""
    shared = sum(
        1
        for _ in itertools.takewhile(
            lambda pair: pair[0] == pair[1], zip(asked, known, strict=False)
        )
    )
    return shared >= len(known) - 8


# --- running -------------------------------------------------------------------------------------


def _run(module: Module, case: Case, target: Target) -> Outcome:
    hosts = {extern.name: _host(extern.name, extern.result) for extern in module.externs}
    return run(
        module,
        case.program,
        case.args,  # type: ignore[arg-type]
        target=target,
        hosts=hosts,
        run_seed=case.run_seed,
        orders=case.orders,
    )


def _host(name: str, result: Type):
    """A host function that depends on its arguments alone: `check...` refuses some, `count...` miscounts."""

    def call(*args: object) -> object:
        shown = f"{name}{args!r}"
        chance = zlib.crc32(shown.encode()) % 4
        if name.startswith("check") and chance == 0:
            raise PermissionError(f"{shown[:40]} is refused")
        if name.startswith("count") and chance == 0:
            return "many"
        return sample_value(result, shown[:24], 0)

    return call


def sample_args(program: Program, seed: int) -> dict[str, Json]:
    """An argument for every parameter, made of its name and type."""
    return {
        param.name: sample_value(param.value.type, param.name, seed) for param in program.params
    }


def sample_value(kind: Type, name: str, seed: int) -> Json:
    """A value of a type; others for other names and seeds."""
    match kind:
        case ListType(item):
            return [sample_value(item, f"{name} {i}", seed) for i in range(2 + seed)]
        case RecordType(fields):
            return {field: sample_value(inner, f"{name}.{field}", seed) for field, inner in fields}
        case UnionType(literals):
            return literals[seed % len(literals)]
        case OptionalType(item):
            return sample_value(item, name, seed)
    if kind == INT:
        return len(name) % 5 + seed
    if kind == FLOAT:
        return 0.5 + seed
    if kind == BOOL:
        return seed % 2 == 0
    return f"the {name} of run {seed}" if kind == STR else f"any {name}"


# --- rewriting for the sake of a check -----------------------------------------------------------


def _map_ops(module: Module, change) -> Module:
    def block(program: str, old: Block) -> Block:
        return Block(old.args, tuple(itertools.chain(*(one(program, op) for op in old.ops))))

    def one(program: str, op: Op) -> Iterator[Op]:
        if regions(op):
            op = with_regions(op, tuple(block(program, region) for region in regions(op)))
        yield from change(program, op)

    return replace(
        module,
        programs=tuple(replace(p, body=block(p.name, p.body)) for p in module.programs),
        fragments=tuple(replace(f, body=block(f.name, f.body)) for f in module.fragments),
    )


def _with_visible_prefetches(module: Module) -> Module:
    """Prefetches as calls of their own, so that the transcript shows what they warm."""
    counter = itertools.count()

    def change(program: str, op: Op) -> Iterator[Op]:
        if isinstance(op, Prefetch) and op.speculative:
            return
        if not isinstance(op, Prefetch):
            yield op
            return
        site = f"{_PREFETCH_SITE}{next(counter)}"
        sampling = Sampling(max_tokens=1)
        after, text = Value(PROMPT), Value(STR)
        yield Gen(prompt=after, value=text, source=op.prompt, site=site, sampling=sampling)

    return _map_ops(module, change)


def _without_prefetches(outcome: Outcome) -> tuple[list[SourceCall], list[SourceCall]]:
    """The calls of a transcript, and the prefetches that were made visible in it."""
    calls = [call for call in outcome.transcript if not _is_prefetch(call)]
    return calls, [call for call in outcome.transcript if _is_prefetch(call)]


def _is_prefetch(call: SourceCall) -> bool:
    return _PREFETCH_SITE in call.path[-1]


def with_another_answer(module: Module, program: str, site: str) -> Module:
    """The module, with another answer from the call at a site; of a program, from all its calls."""

    def change(owner: str, op: Op) -> Iterator[Op]:
        if owner == program and isinstance(op, Gen | Select) and op.site == site:
            yield from _answering_otherwise(op)
        elif owner == program and isinstance(op, Call) and op.site == site:
            yield replace(op, program=f"{op.program}~")
        else:
            yield op

    return _map_ops(_with_odd_twins(module), change)


def _with_odd_twins(module: Module) -> Module:
    """The module, with a twin `name~` of every program, in which every call answers otherwise."""

    def change(_: str, op: Op) -> Iterator[Op]:
        if isinstance(op, Gen | Select):
            yield from _answering_otherwise(op)
        else:
            yield replace(op, program=f"{op.program}~") if isinstance(op, Call) else op

    odd = _map_ops(module, change).programs
    return module.with_programs((*module.programs, *map(_twin, odd)))


def _twin(program: Program) -> Program:
    """The program under its other name, with values of its own: what fails in it leaves the first alone."""
    own = {param.value: Value(param.value.type, param.value.hint) for param in program.params}
    params = tuple(replace(param, value=own[param.value]) for param in program.params)
    return replace(
        program, name=f"{program.name}~", params=params, body=clone_block(program.body, own)
    )


def _answering_otherwise(op: Gen | Select) -> Iterator[Op]:
    if isinstance(op, Gen):
        yield replace(op, sampling=op.sampling.merged(temperature=1.5, top_k=-1, seed=987654321))
    else:
        yield Index(result=op.value, items=op.choices, index=Const(-1, INT))
        yield Insert(result=op.prompt, prompt=op.source, value=op.value)
