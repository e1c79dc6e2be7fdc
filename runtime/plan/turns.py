"""What a plan's prompts look like where its calls ask: which turn is open, and whether it has begun.

A chat API takes turns alone. Whether all of a plan can be said to one is known before the run: prompts are followed
through the steps with what is open in them, as the verifier follows them through the IR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from . import schema as p
from .walking import walk


@dataclass(frozen=True, slots=True)
class TurnState:
    """A prompt: the role of its open turn, whether that has text, whether there was a turn, or text outside of all."""

    role: str | None = None
    has_begun: bool = False
    has_turns: bool = False
    is_loose: bool = False


States = frozenset[TurnState]
UNKNOWN: States = frozenset()
"""Of a prompt that nothing is known of before the run."""


def has_turns(plan: p.Plan) -> bool:
    """Whether any prompt of a plan has turns."""
    parts = (part for program in plan.programs for part in walk(program.steps))
    return any(isinstance(part, p.MarkSpan | p.TurnStep) for part in parts)


def has_images(plan: p.Plan) -> bool:
    """Whether any prompt of a plan has images."""
    parts = (part for program in plan.programs for part in walk(program.steps))
    return any(isinstance(part, p.ImageStep) for part in parts)


def states_at_calls(plan: p.Plan) -> dict[int, States]:
    """For each family the states in which its calls can find their prompt."""
    walker = _Walker()
    for program in plan.programs:
        walker.steps(program.steps, {})
    return walker.asked


Registers = dict[int, States]


@dataclass
class _Walker:
    """Follows prompts through steps; a register that holds none is not in `registers`."""

    asked: dict[int, States] = field(default_factory=dict[int, States])

    def steps(self, steps: Iterable[p.Step], registers: Registers) -> None:
        for step in steps:
            self._step(step, registers)

    def _step(self, step: p.Step, registers: Registers) -> None:
        match step:
            case p.RootStep(out=out):
                registers[out] = frozenset({TurnState()})
            case p.TextStep():
                registers[step.out] = _each(_of(step.prompt, registers), lambda s: _text(s, step))
            case p.InsertStep() | p.ImageStep():
                registers[step.out] = _each(_of(step.prompt, registers), _written)
            case p.TurnStep():
                registers[step.out] = _each(_of(step.prompt, registers), lambda s: _edge(s, step))
            case p.GenStep() | p.SelectStep():
                self._ask(step, registers)
            case p.EvalStep(out=out, expr=expr):
                registers[out] = _of(expr, registers)
            case p.SectionsStep():
                self._sections(step, registers)
            case p.TogetherStep(steps=steps):
                self.steps(steps, registers)
            case _:
                self._control(step, registers)

    def _ask(self, step: p.GenStep | p.SelectStep, registers: Registers) -> None:
        found = _of(step.prompt, registers)
        self.asked[step.family] = self.asked.get(step.family, UNKNOWN) | found
        after = _each(found, _written)
        outs = [step.out_prompt, step.out_samples if isinstance(step, p.GenStep) else None]
        registers.update({out: after for out in outs if out is not None})

    def _sections(self, step: p.SectionsStep, registers: Registers) -> None:
        found = _of(step.prompt, registers)
        for body in step.bodies:
            found |= self._body(body, [found], registers)[0]
        registers[step.out] = found

    def _control(self, step: p.Step, registers: Registers) -> None:
        match step:
            case p.IfStep(outs=outs, then=then, orelse=orelse):
                ends = [self._body(then, [], registers), self._body(orelse, [], registers)]
                _bind(outs, [a | b for a, b in zip(*ends, strict=True)], registers)
            case p.ForStep(outs=outs, items=items, inits=inits, body=body):
                given = [UNKNOWN, _of(items, registers)]
                self._loop(outs, given, inits, body, registers)
            case p.WhileStep(outs=outs, inits=inits, cond=cond, body=body):
                self._loop(outs, [UNKNOWN], inits, body, registers, cond)
            case p.ForkStep():
                self._fork(step, registers)
            case p.CollectStep(out=out, items=items, body=body):
                found = self._body(body, [_of(items, registers)], registers)
                registers[out] = found[0] if found else UNKNOWN
            case _:
                pass

    def _fork(self, step: p.ForkStep, registers: Registers) -> None:
        if step.items is None:
            yields = [each for body in step.bodies for each in self._body(body, [], registers)]
        else:
            given = [UNKNOWN, _of(step.items, registers)]
            yields = self._body(step.bodies[0], given, registers)
        _bind(step.outs, yields, registers)

    def _loop(
        self,
        outs: list[int],
        given: list[States],
        inits: list[p.Expr],
        body: p.Body,
        registers: Registers,
        cond: p.Body | None = None,
    ) -> None:
        """Around until nothing new comes: there are few states, and they only grow."""
        carried = [_of(init, registers) for init in inits]
        while True:
            if cond is not None:
                self._body(cond, carried, registers)
            ends = self._body(body, [*given, *carried], registers)
            grown = [old | new for old, new in zip(carried, ends, strict=False)]
            if grown == carried:
                break
            carried = grown
        _bind(outs, carried, registers)

    def _body(self, body: p.Body, args: list[States], registers: Registers) -> list[States]:
        """What a body yields; what it binds, it binds for itself."""
        own = dict(registers) | dict(zip(body.args, args, strict=False))
        self.steps(body.steps, own)
        return [_of(each, own) for each in body.yields]


def _bind(outs: Iterable[int], found: Iterable[States], registers: Registers) -> None:
    registers.update(zip(outs, found, strict=False))


def _of(expr: p.Expr, registers: Mapping[int, States]) -> States:
    """The states of the prompts that an expression gives; a list of prompts is all of them."""
    match expr:
        case p.Ref(register=register):
            return registers.get(register, UNKNOWN)
        case p.ListExpr(items=items):
            return frozenset[TurnState]().union(*(_of(item, registers) for item in items))
        case p.IndexExpr(items=items):
            return _of(items, registers)
        case _:
            return UNKNOWN


def _each(states: States, change: Callable[[TurnState], TurnState]) -> States:
    return frozenset(map(change, states))


def _written(state: TurnState) -> TurnState:
    return replace(
        state, has_begun=state.role is not None, is_loose=state.is_loose or not state.role
    )


def _text(state: TurnState, step: p.TextStep) -> TurnState:
    for text, mark in _between(step):
        if text:
            state = _written(state) if state.role or text.strip() else state
        if mark is not None:
            state = _turned(state, mark.role, mark.edge)
    return state


def _between(step: p.TextStep) -> Iterator[tuple[str, p.MarkSpan | None]]:
    """The texts between the markers, each with the marker behind it."""
    at = 0
    for mark in sorted(step.marks, key=lambda mark: mark.start):
        yield step.text[at : mark.start], mark
        at = mark.end
    yield step.text[at:], None


def _edge(state: TurnState, step: p.TurnStep) -> TurnState:
    return _turned(state, step.role, step.edge)


def _turned(state: TurnState, role: str, edge: str) -> TurnState:
    if role in ("thinking", "call") and edge == "end":  # the assistant's turn is still open
        return TurnState("assistant", role == "call", True, state.is_loose)
    return TurnState(role if edge == "begin" else None, False, True, state.is_loose)
