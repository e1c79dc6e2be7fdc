"""Predictions: for every family the nodes at which its calls' cached prefix can end.

The programs are walked in plan order with the nodes that have been asked about. A call finds the first such
nodes on every way up from its own; the deepest of them on the path that a call really takes is where its
cached prefix ends. The way up goes on behind all nodes but those that were asked about on every path (`asked.py`).

A body that runs more than once is walked twice: first for what it asks about, which is what a later
iteration, or a sibling, finds of an earlier one; and then for what its calls find. Inside, bodies are known by
then, so that nesting costs nothing. The second of two calls of a program finds the static head that the first
one left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from ...runtime.plan import schema as p
from .asked import MAY, SURE, USUAL, Asked
from .prefixes import Entry
from .ways import Ways

NOTHING = -1


def predict(
    programs: Sequence[p.PlanProgram],
    families: list[p.Family],
    groups: Sequence[p.Group],
    entries: Sequence[Entry],
    entry: str,
) -> tuple[list[p.Family], list[p.Group]]:
    """The families and groups with their predictions."""
    walker = Walker({q.name: q for q in programs}, families, groups, entries)
    walker.program(entry)
    for program in programs:
        if program.name not in walker.walked:
            walker.asked = Asked()
            walker.program(program.name)
    predicted = [
        msgspec.structs.replace(
            f,
            cached_at=sorted(walker.found[f.id]),
            cached_anywhere=f.id in walker.unbounded,
            expected=sorted(walker.expected[f.id]),
        )
        for f in families
    ]
    sent = [msgspec.structs.replace(g, expected=sorted(walker.sent[g.id])) for g in groups]
    return predicted, sent


class Walker:
    """Walks steps in plan order.

    `finds` and `expects` say what is written down on the way: where calls can end, and where they usually
    do. With neither, only what is asked about is noted.
    """

    def __init__(
        self,
        programs: dict[str, p.PlanProgram],
        families: Sequence[p.Family],
        groups: Sequence[p.Group],
        entries: Sequence[Entry],
    ) -> None:
        self._programs, self._families, self._groups = programs, families, groups
        self._ways = Ways(entries)
        self._static = _static_nodes(entries)
        self._noted: dict[int, Mapping[int, int]] = {}
        self._open: set[int] = set()
        self._finds = self._expects = True
        self._most = SURE
        self.asked = Asked()
        self.found: list[set[int]] = [set() for _ in families]
        self.unbounded: set[int] = set()
        self.expected: list[set[int]] = [set() for _ in families]
        self.sent: list[set[int]] = [set() for _ in groups]
        self.walked: Counter[str] = Counter()
        self._looked_at: Counter[str] = Counter()

    def program(self, name: str) -> None:
        """Walk a program's steps, at most twice: as the first and as a later call."""
        finds, expects = self.walked[name] < 2, self._looked_at[name] < 2
        with self._writing(finds=finds, expects=expects):
            if not self._only_notes:
                self.walked[name] += self._finds
                self._looked_at[name] += self._expects
                self.steps(self._programs[name].steps)

    def steps(self, steps: Iterable[p.Step]) -> None:
        """Walk steps."""
        for step in steps:
            self._step(step)

    def _step(self, step: p.Step) -> None:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                self._ask(family)
            case p.PrefetchStep(node=node, speculative=False):
                self._ways.note(self.asked, node, self._most)
            case p.IfStep(then=then, orelse=orelse):
                self._branches(then, orelse)
            case p.ForStep(body=body, heads=heads):
                self._loop(step, [body], heads)
            case p.WhileStep(cond=cond, body=body, heads=heads):
                self._loop(step, [cond, body], heads)
            case p.ForkStep():
                self._fork(step)
            case p.TogetherStep():
                self._together(step)
            case p.CallStep(program=name):
                self._call(name)
            case _:
                pass

    # --- what is written down -----------------------------------------------------------------

    def _ask(self, number: int) -> None:
        family = self._families[number]
        if self._finds:
            found = self._ways.nearest(self.asked, family.node, SURE)
            self.found[number] |= found.nodes
            if not found.is_all:
                self.unbounded.add(number)
        if self._expects:
            self.expected[number] |= self._usual(family.node)
        self._ways.note(self.asked, family.node, self._most)
        self.asked.add(family.out_node, SURE)

    def _send(self, number: int) -> None:
        node = self._groups[number].node
        if self._expects:
            self.sent[number] |= self._usual(node)
        self._ways.note(self.asked, node, self._most)

    def _usual(self, node: int) -> set[int]:
        """Where the cached prefix usually ends: in the first iterations of the loops around, and in later ones."""
        found = self._ways.nearest(self.asked, node, USUAL).nodes or {NOTHING}
        if self._open:
            first = self._ways.nearest(self.asked, node, USUAL, self._open).nodes
            found |= first or {NOTHING}
        return found

    @contextmanager
    def _writing(self, *, finds: bool, expects: bool) -> Iterator[None]:
        was = self._finds, self._expects
        self._finds, self._expects = self._finds and finds, self._expects and expects
        yield
        self._finds, self._expects = was

    def _notes(self, part: p.Step | p.PlanProgram, walk: Callable[[], None]) -> Mapping[int, int]:
        """What a step or a program asks about; each is walked once for it."""
        found = self._noted.get(id(part))
        if found is None:
            with self._writing(finds=False, expects=False), self.asked.branch() as found:
                walk()
            self._noted[id(part)] = found
        return found

    @property
    def _only_notes(self) -> bool:
        return not (self._finds or self._expects)

    # --- steps with bodies --------------------------------------------------------------------

    @contextmanager
    def _perhaps(self) -> Iterator[None]:
        """A body that may not run: what it asks about is usual, not sure."""
        was, self._most = self._most, USUAL
        yield
        self._most = was

    def _branches(self, then: p.Body, orelse: p.Body) -> None:
        with self.asked.branch() as left:
            self.steps(then.steps)
        with self.asked.branch() as right:
            self.steps(orelse.steps)
        for node in {**left, **right}:
            self.asked.add(node, min(left.get(node, MAY), right.get(node, MAY)))

    def _loop(self, step: p.Step, bodies: list[p.Body], heads: Sequence[int]) -> None:
        steps = [each for body in bodies for each in body.steps]
        with self._perhaps():
            self._loop_body(step, steps, heads)

    def _loop_body(self, step: p.Step, steps: Sequence[p.Step], heads: Sequence[int]) -> None:
        first = self._notes(step, lambda: self.steps(steps))
        if not self._only_notes:
            new = {node: grade for node, grade in first.items() if node not in self._static}
            self._ways.back.update(dict.fromkeys(heads, new))
            self._open.update(heads)
            with self.asked.branch():
                self.asked.add_all((node, MAY) for node in first.keys() - new.keys())
                self.steps(steps)
            self._open.difference_update(heads)
        self.asked.add_all(first.items(), USUAL)

    def _fork(self, step: p.ForkStep) -> None:
        if step.items is None:
            self._arms(step)
        else:
            with self._perhaps():
                self._arms(step)

    def _arms(self, step: p.ForkStep) -> None:
        with self.asked.branch() as arms:
            if step.group is not None:
                self._send(step.group)
            if step.items is None:
                self._different(step.bodies)
            else:
                self._alike(step)
        self.asked.add_all(arms.items(), SURE if step.items is None else USUAL)

    def _different(self, bodies: Sequence[p.Body]) -> None:
        """Arms that run beside each other: what one asked about, a later one may find."""
        noted: dict[int, int] = {}
        with self.asked.branch():
            for body in bodies:
                with self.asked.branch() as arm:
                    self.steps(body.steps)
                for node, grade in arm.items():
                    noted[node] = max(grade, noted.get(node, MAY))
                    self.asked.add(node, MAY)
        self.asked.add_all(noted.items())

    def _alike(self, step: p.ForkStep) -> None:
        """Arms of one body: a sibling that was sent before may have left what an arm needs."""
        steps = step.bodies[0].steps
        first = self._notes(step, lambda: self.steps(steps))
        if not self._only_notes:
            self._beside(first, steps)
        self.asked.add_all(first.items())

    def _together(self, step: p.TogetherStep) -> None:
        """Steps that start at once: one that begins with a call asks before one that has to get there first."""
        if all(isinstance(each, p.GenStep | p.SelectStep) for each in step.steps):
            self.steps(step.steps)
            return
        first = self._notes(step, lambda: self.steps(step.steps))
        if self._expects:
            with self._writing(finds=False, expects=True), self.asked.branch():
                self.steps(step.steps)
        if self._finds:
            with self._writing(finds=True, expects=False):
                for each in step.steps:
                    self._beside(first, [each])
        self.asked.add_all(first.items())

    def _beside(self, others: Mapping[int, int], steps: Sequence[p.Step]) -> None:
        """Walk steps that may find what others beside them asked about."""
        with self.asked.branch():
            self.asked.add_all((node, MAY) for node in others)
            self.steps(steps)

    def _call(self, name: str) -> None:
        program = self._programs[name]
        noted = self._notes(program, lambda: self.steps(program.steps))
        with self.asked.branch():
            self.program(name)
        self.asked.add_all((node, grade) for node, grade in noted.items() if node in self._static)


def _static_nodes(entries: Sequence[Entry]) -> frozenset[int]:
    """The nodes whose whole path is literal: the same in every instance."""
    static: set[int] = set()
    for entry in entries:
        if entry.kind == "root" or (entry.kind == "text" and entry.parents[0] in static):
            static.add(entry.id)
    return frozenset(static)
