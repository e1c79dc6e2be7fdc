"""Whether a plan can be executed: what the loader lets through runs, or ends with an error of its row.

References, numbers of arguments and yields, the one return, registers that are read where they are written,
prompts where prompts belong. Every program is walked once, in the order in which it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, assert_never, get_args

from ...ir.sampling import SELECT_METHODS, ConstraintKind
from ...ir.types import parse_type
from .errors import RunError
from .kinds import Kind, item_of, joined, kind_of, list_of, need_prompt, need_value, refused
from .parameters import sampling_of
from .schema import (
    LIFETIMES,
    Body,
    CallStep,
    CollectStep,
    EchoStep,
    EvalStep,
    Expr,
    Family,
    ForkStep,
    ForStep,
    GenStep,
    HostBinding,
    HostStep,
    IfStep,
    ImageStep,
    InsertStep,
    MarkSpan,
    Plan,
    PlanProgram,
    PrefetchStep,
    PrefixNode,
    ReleaseStep,
    RetainStep,
    ReturnStep,
    RootStep,
    SectionsStep,
    SelectStep,
    Step,
    TextStep,
    TogetherStep,
    TurnStep,
    WhileStep,
)
from .walking import walk

_Name = TypeVar("_Name", int, str)

MAX_REGISTERS = 10_000_000
"""Registers of one program; a plan of the greatest size has fewer."""


@dataclass(frozen=True)
class Tables:
    """What the steps of a plan may refer to."""

    nodes: frozenset[int]
    families: Mapping[int, Family]
    groups: frozenset[int]
    hosts: Mapping[str, HostBinding]
    programs: Mapping[str, PlanProgram]


def check_plan(plan: Plan) -> None:
    """Raise RunError (SGL3004) where a plan can't be executed."""
    tables = Tables(
        nodes=frozenset(_distinct("prefix node", [node.id for node in plan.nodes])),
        families={f.id: f for f in plan.families},
        groups=frozenset(_distinct("group", [group.id for group in plan.groups])),
        hosts={host.name: host for host in plan.hosts},
        programs={program.name: program for program in plan.programs},
    )
    _distinct("call", [family.id for family in plan.families])
    _distinct("host function", [host.name for host in plan.hosts])
    _distinct("program", [program.name for program in plan.programs])
    _need(plan.entry in tables.programs, f"the entry program `{plan.entry}`")
    _check_nodes(plan.nodes, tables)
    for family in plan.families:
        _check_family(family, tables)
    for group in plan.groups:
        _need(group.node in tables.nodes, f"the prefix node of group {group.id}")
        known = all(family in tables.families for family in group.families)
        _need(known, f"a call of group {group.id}")
    for host in plan.hosts:
        for kind in (host.result, *(kind for _, kind in host.parameters)):
            _check_type(kind)
    for program in plan.programs:
        for parameter in program.parameters:
            _check_lifetime(parameter.lifetime)
        _Walker(program, tables).check()
    _check_recursion(plan)


def _distinct(what: str, names: Sequence[_Name]) -> Sequence[_Name]:
    if len(set(names)) != len(names):
        raise refused(f"the plan has a {what} twice")
    return names


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise refused(f"the plan refers to {what}, which it does not hold")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise refused(what)


def _check_type(text: str) -> None:
    try:
        parse_type(text)
    except ValueError as error:
        raise refused(f"the plan names a type that is none: {error}") from None


def _check_lifetime(name: str) -> None:
    _require(name in LIFETIMES, f"the plan has no lifetime `{name}`")


def _check_nodes(nodes: Sequence[PrefixNode], tables: Tables) -> None:
    """A prefix has an end: whoever follows parents comes to the root, but for the way around a loop."""
    before: set[int] = set()
    for node in nodes:
        _need(tables.nodes.issuperset(node.parents), f"a parent of prefix node {node.id}")
        is_loop = node.kind == "join" and node.text
        first = node.parents[:1] if is_loop else node.parents
        is_fed = bool(node.parents) == (node.kind != "root") and node.id >= 0
        if not is_fed or not before.issuperset(first):
            raise refused(f"prefix node {node.id} stands before what it continues")
        _check_lifetime(node.lifetime)
        if len(node.parents) > 1 and node.kind != "join":
            raise refused(f"prefix node {node.id} continues several others, and is no join")
        before.add(node.id)


def _check_family(family: Family, tables: Tables) -> None:
    known = {family.node, family.out_node, *family.cached_at} <= tables.nodes
    where = f"call `{family.site}` of `{family.program}`"
    _need(known, f"a prefix node of {where}")
    if family.kind == "select":
        _require(family.method in SELECT_METHODS, f"{where} has no method `{family.method}`")
    try:
        sampling_of(family.sampling)
    except RunError as error:
        raise refused(f"{where}: {error.message}") from None
    if family.constraint is not None:
        kind, text, style = family.constraint
        _require(kind in get_args(ConstraintKind), f"{where} has no constraint `{kind}`")
        _require(style in ("canonical", "free", "spliced"), f"{where} has no style `{style}`")
        if kind == "type":
            _check_type(text)


def _check_recursion(plan: Plan) -> None:
    """No program comes back to itself."""
    calls = {program.name: _called(program.steps) for program in plan.programs}
    done: set[str] = set()
    for start in calls:
        stack, path = [(start, iter(calls[start]))], {start}
        while stack:
            name, left = stack[-1]
            following = next((one for one in left if one not in done), None)
            if following is None:
                stack.pop()
                path.discard(name)
                done.add(name)
            elif following in path:
                raise refused(f"program `{following}` of the plan calls itself")
            else:
                path.add(following)
                stack.append((following, iter(calls[following])))


def _called(steps: Sequence[Step]) -> list[str]:
    return [part.program for step in steps for part in walk(step) if isinstance(part, CallStep)]


class _Walker:
    """Walks the steps of one program; `bound` are the registers that are written here, and what they hold."""

    def __init__(self, program: PlanProgram, tables: Tables) -> None:
        self._program, self._tables = program, tables
        self._bound: dict[int, Kind] = {}
        self._journal: list[tuple[int, Kind | None]] = []

    def check(self) -> None:
        """Raise RunError where the program can't be executed."""
        program = self._program
        _require(
            0 <= program.registers <= MAX_REGISTERS, f"`{program.name}` has no such register count"
        )
        _check_type(program.result)
        _distinct("parameter", [parameter.name for parameter in program.parameters])
        for parameter in program.parameters:
            _check_type(parameter.type)
            _require(len(parameter.default) <= 1, f"`{parameter.name}` has several defaults")
            self._bind(parameter.register, "value")
        *steps, last = program.steps or [None]
        _require(isinstance(last, ReturnStep), f"`{program.name}` does not end in its return")
        self._steps(steps)  # type: ignore[arg-type]
        kind_of(last.value, self._bound)  # type: ignore[union-attr]

    def _bind(self, register: int, kind: Kind) -> None:
        _need(0 <= register < self._program.registers, f"register {register}")
        self._journal.append((register, self._bound.get(register)))
        self._bound[register] = kind

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """What is written inside a region is not there behind it."""
        start = len(self._journal)
        yield
        for register, before in reversed(self._journal[start:]):
            if before is None:
                del self._bound[register]
            else:
                self._bound[register] = before
        del self._journal[start:]

    def _steps(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._step(step)

    def _value(self, *exprs: Expr) -> None:
        for expr in exprs:
            need_value(expr, self._bound)

    def _node(self, node: int) -> None:
        _need(node in self._tables.nodes, f"prefix node {node}")

    def _step(self, step: Step) -> None:
        match step:
            case RootStep() | TextStep() | InsertStep() | TurnStep() | ImageStep() | EchoStep():
                self._append(step)
            case PrefetchStep() | RetainStep() | ReleaseStep():
                need_prompt(step.prompt, self._bound)
            case GenStep() | SelectStep():
                self._ask(step)
            case EvalStep(out, expr):
                self._bind(out, kind_of(expr, self._bound))
            case HostStep() | CallStep():
                self._outside(step)
            case TogetherStep(members):
                self._together(members)
            case ReturnStep():
                raise refused(f"`{self._program.name}` returns before its end")
            case _:
                self._control(step)

    def _together(self, members: Sequence[Step]) -> None:
        """Steps that start at once: none reads what another writes."""
        made: list[tuple[int, Kind]] = []
        for member in members:
            start = len(self._journal)
            with self._inside():
                self._step(member)
                new = dict.fromkeys(register for register, _ in self._journal[start:])
                made.extend((register, self._bound[register]) for register in new)
        for register, kind in made:
            self._bind(register, kind)

    def _append(
        self, step: RootStep | TextStep | InsertStep | TurnStep | ImageStep | EchoStep
    ) -> None:
        self._node(step.node)
        if not isinstance(step, RootStep):
            need_prompt(step.prompt, self._bound)
        match step:
            case TextStep(text=text, marks=marks):
                _check_marks(marks, len(text))
            case InsertStep(value=value) | ImageStep(image=value):
                self._value(value)
            case EchoStep(before=before, after=after):
                need_prompt(before, self._bound)
                need_prompt(after, self._bound)
            case TurnStep(tools=tools) if tools is not None:
                self._value(tools)
            case _:
                pass
        self._bind(step.out, "prompt")

    def _ask(self, step: GenStep | SelectStep) -> None:
        family = self._tables.families.get(step.family)
        wanted = "gen" if isinstance(step, GenStep) else "select"
        _need(family is not None and family.kind == wanted, f"{wanted} family {step.family}")
        need_prompt(step.prompt, self._bound)
        self._value(*step.indices)
        if isinstance(step, SelectStep):
            self._value(step.choices)
            self._bind(step.out_value, "value")
            self._bind(step.out_prompt, "prompt")
            return
        self._value(*(value for _, value in step.dynamic))
        self._bind(step.out_value, "value")
        if step.out_prompt is not None:
            self._bind(step.out_prompt, "prompt")
        if step.out_samples is not None:
            self._bind(step.out_samples, "prompts")

    def _outside(self, step: HostStep | CallStep) -> None:
        self._value(*step.args)
        if isinstance(step, HostStep):
            host = self._tables.hosts.get(step.extern)
            _need(host is not None, f"extern `{step.extern}`")
            count = len(host.parameters)  # type: ignore[union-attr]
            what = f"extern `{step.extern}`"
        else:
            program = self._tables.programs.get(step.program)
            _need(program is not None, f"program `{step.program}`")
            count = len(program.parameters)  # type: ignore[union-attr]
            what = f"program `{step.program}`"
            self._value(*step.indices)
        _require(len(step.args) == count, f"{what} takes {count} arguments, not {len(step.args)}")
        self._bind(step.out, "value" if isinstance(step, HostStep) else "any")

    def _body(self, body: Body, args: Sequence[Kind], yields: int) -> list[Kind]:
        """Check a region; what it yields."""
        _require(len(body.args) == len(args), "a region of the plan takes other arguments")
        _require(len(body.yields) == yields, "a region of the plan yields other values")
        with self._inside():
            for register, kind in zip(body.args, args, strict=True):
                self._bind(register, kind)
            self._steps(body.steps)
            return [kind_of(expr, self._bound) for expr in body.yields]

    def _outs(self, outs: Sequence[int], kinds: Sequence[Kind]) -> None:
        _require(len(outs) == len(kinds), "a region of the plan yields other values")
        for out, kind in zip(outs, kinds, strict=True):
            self._bind(out, kind)

    def _control(
        self, step: SectionsStep | CollectStep | IfStep | ForStep | WhileStep | ForkStep
    ) -> None:
        match step:
            case SectionsStep(bodies=bodies):
                self._node(step.node)
                need_prompt(step.prompt, self._bound)
                for body in bodies:
                    (kind,) = self._body(body, ["prompt"], 1)
                    _require(kind in ("prompt", "any"), "a section of the plan yields no prompt")
                self._bind(step.out, "prompt")
            case CollectStep(items=items, body=body):
                found = self._body(body, [item_of(kind_of(items, self._bound))], 2)
                self._bind(step.out, list_of(found[0]))
            case IfStep(outs=outs, cond=cond, then=then, orelse=orelse):
                self._value(cond)
                sides = [self._body(body, [], len(outs)) for body in (then, orelse)]
                self._outs(outs, [joined(pair) for pair in zip(*sides, strict=True)])
            case ForStep() | WhileStep():
                self._loop(step)
            case ForkStep():
                self._fork(step)
            case _:
                assert_never(step)

    def _loop(self, step: ForStep | WhileStep) -> None:
        for head in step.heads:
            self._node(head)
        inits: list[Kind] = [kind_of(init, self._bound) for init in step.inits]
        if isinstance(step, ForStep):
            first: list[Kind] = ["value", item_of(kind_of(step.items, self._bound))]
        else:
            self._value(step.limit)
            self._body(step.cond, inits, 1)
            first = ["value"]
        found = self._body(step.body, [*first, *inits], len(inits))
        for init, end in zip(inits, found, strict=True):
            _require("any" in (init, end) or init == end, "a loop carries a prompt as a value")
        self._outs(step.outs, [joined(pair) for pair in zip(inits, found, strict=True)])

    def _fork(self, step: ForkStep) -> None:
        if step.prompt is not None:
            need_prompt(step.prompt, self._bound)
        if step.group is not None:
            _need(step.group in self._tables.groups, f"group `{step.group}`")
        if step.items is not None:
            _require(len(step.bodies) == 1, "a fork of the plan over items has not one body")
            args: list[Kind] = ["value", item_of(kind_of(step.items, self._bound))]
            found = self._body(step.bodies[0], args, len(step.outs))
            self._outs(step.outs, [list_of(kind) for kind in found])
            return
        kinds: list[Kind] = []
        for body in step.bodies:
            kinds += self._body(body, [], len(body.yields))
        self._outs(step.outs, kinds)


def _check_marks(marks: Sequence[MarkSpan], length: int) -> None:
    at = 0
    for mark in marks:
        _require(at <= mark.start <= mark.end <= length, "a turn marker stands outside its text")
        at = mark.end
