"""The verifier's prompts: turns open and close in pairs on every path, and roots do not mix.

Each prompt value is followed from its root: which turn is open in it, and where that was opened.
A value that comes from several places (an `if`, a loop) must be in the same state in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..diagnostic import Diagnostic
from ..module import Module, Program
from ..ops import (
    Block,
    Echo,
    For,
    Fork,
    Gen,
    If,
    Image,
    Insert,
    MakeList,
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
from ..structure import regions, walk
from ..types import PROMPT
from .problem import Owner, problem


@dataclass(frozen=True, slots=True)
class _State:
    """A prompt: its root, the open turn, and the arm that opened it; `outer`: that of the turn around it."""

    root: object
    role: str | None = None
    arm: object = None
    outer: object = None


def check_turns(module: Module, owner: Owner) -> Iterator[Diagnostic]:
    """Everything that is wrong with the turns and roots of one body."""
    walker = _Walker(_opening_fragments(module))
    if not isinstance(owner, Program):
        walker.states[owner.body.args[0]] = _State("entry")
    walker.block(owner.body, None)
    end = owner.body.ops[-1]
    if isinstance(end, Yield):
        walker.expect(end, end.values[0], _State("entry"), "a fragment leaves a turn open")
    for op, headline in walker.problems:
        yield problem("1107", owner, headline, op)


def _opening_fragments(module: Module) -> frozenset[str]:
    """Fragments that open a turn, themselves or through others."""
    bodies = {fragment.name: list(walk(fragment.body)) for fragment in module.fragments}
    found = {name for name, ops in bodies.items() if any(isinstance(op, Turn) for op in ops)}
    for _ in bodies:
        found |= {
            name
            for name, ops in bodies.items()
            if any(isinstance(op, Use) and op.fragment in found for op in ops)
        }
    return frozenset(found)


class _Walker:
    """Follows the prompts of a body. A state of None is not known, and fits everything."""

    def __init__(self, opening: frozenset[str]) -> None:
        self._opening = opening
        self.states: dict[Value, _State | None] = {}
        self.problems: list[tuple[Op, str]] = []

    def _of(self, operand: Operand) -> _State | None:
        return self.states.get(operand) if isinstance(operand, Value) else None

    def block(self, block: Block, arm: object) -> None:
        """Follow a block; `arm` is the innermost arm of a fork that it is in."""
        for op in block.ops:
            self._op(op, arm)

    def _op(self, op: Op, arm: object) -> None:
        match op:
            case Root():
                self.states[op.result] = _State(op)
            case Text() | Insert() | Echo() | Image():
                self.states[op.result] = self._of(op.prompt)
            case Turn():
                self.states[op.result] = self._turn(op, arm)
            case Use():
                self._use(op)
            case Gen():
                self._gen(op)
            case Select():
                self.states[op.prompt] = self._of(op.source)
            case Pick():
                self.states[op.result] = self._of(op.prompts)
            case MakeList():
                self._list(op)
            case _:
                self._control(op, arm)

    def _turn(self, op: Turn, arm: object) -> _State | None:
        state = self._of(op.prompt)
        if state is None:
            return None
        if op.edge == "begin":
            outer = "assistant" if op.role in ("thinking", "call") else None
            if state.role != outer:
                where = f"a `{state.role}` turn" if state.role else "no turn"
                self._say(op, f"a turn opens while {where} is open")
            return replace(state, role=op.role, arm=arm, outer=state.arm)
        if state.role != op.role:
            shown = f"the open turn is `{state.role}`" if state.role else "no turn is open"
            self._say(op, f"a `{op.role}` turn ends and {shown}")
        elif state.arm is not arm:
            self._say(op, "an arm ends the turn that it stands in")
        if op.role in ("thinking", "call"):
            return replace(state, role="assistant", arm=state.outer, outer=None)
        return replace(state, role=None, arm=None, outer=None)

    def _use(self, op: Use) -> None:
        state = self._of(op.prompt)
        if state is not None and state.role is not None and op.fragment in self._opening:
            self._say(op, f"`{op.fragment}` opens a turn while a `{state.role}` turn is open")
        self.states[op.result] = state

    def _gen(self, op: Gen) -> None:
        for value in (op.prompt, op.samples):
            if value is not None:
                self.states[value] = self._of(op.source)

    def _list(self, op: MakeList) -> None:
        states = [self._of(item) for item in op.items]
        same = bool(states) and all(state == states[0] for state in states)
        self.states[op.result] = states[0] if same else None

    def _control(self, op: Op, arm: object) -> None:
        match op:
            case If():
                self._if(op, arm)
            case For() | While():
                self._loop(op, arm)
            case Fork():
                self._fork(op)
            case Unordered():
                self._sections(op, arm)
            case _:
                for region in regions(op):
                    self.block(region, arm)

    def _if(self, op: If, arm: object) -> None:
        for region in regions(op):
            self.block(region, arm)
        for result, then, orelse in zip(
            op.results, _yielded(op.then), _yielded(op.orelse), strict=False
        ):
            state = self._of(then) or self._of(orelse)
            self.states[result] = state
            if result.type == PROMPT:
                self.expect(op, orelse, state, "the arms leave different prompts")

    def _loop(self, op: For | While, arm: object) -> None:
        skip = 2 if isinstance(op, For) else 1
        for init, arg, result in zip(op.inits, op.body.args[skip:], op.results, strict=False):
            self.states[arg] = self.states[result] = self._of(init)
        for region in regions(op):
            self.block(region, arm)
        for init, given in zip(op.inits, _yielded(op.body), strict=False):
            if init.type == PROMPT:
                self.expect(op, given, self._of(init), "an iteration leaves another prompt")

    def _fork(self, op: Fork) -> None:
        yielded: list[Operand] = []
        for body in op.bodies:
            self.block(body, body)
            yielded.extend(_yielded(body))
        for result, given in zip(op.results, yielded, strict=False):
            self.states[result] = self._of(given)

    def _sections(self, op: Unordered, arm: object) -> None:
        state = self._of(op.prompt)
        for section in op.sections:
            self.states[section.args[0]] = state
            self.block(section, arm)
            self.expect(op, _yielded(section)[0], state, "a section leaves another prompt")
        self.states[op.result] = state

    def expect(self, op: Op, operand: Operand, wanted: _State | None, headline: str) -> None:
        """Note a problem unless the prompt is in the wanted state."""
        state = self._of(operand)
        if state is None or wanted is None or state == wanted:
            return
        if state.root != wanted.root:
            self._say(op, f"{headline}: from different roots")
        else:
            self._say(op, f"{headline}: {_shown(state)} and {_shown(wanted)}")

    def _say(self, op: Op, headline: str) -> None:
        self.problems.append((op, headline))


def _yielded(block: Block) -> tuple[Operand, ...]:
    end = block.ops[-1]
    return end.values if isinstance(end, Yield) else ()


def _shown(state: _State) -> str:
    return f"with an open `{state.role}` turn" if state.role else "with no open turn"
