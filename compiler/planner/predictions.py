"""Predictions: for every family the nodes at which its calls' cached prefix can end.

The programs are walked in plan order with the set of nodes that have been asked about. A call finds the
first such nodes on every way up from its own; the deepest of them on the path that a call really takes is
where its cached prefix ends. `sure` are nodes that were asked about on every path that leads here; others
may not have been, so the way up goes on behind them.

Loops are walked twice: in the second iteration what the body appends is new, while the way up through the
loop's head leads into the iteration before. The second of two calls of a program finds the static head
that the first one left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from ...runtime import plan as p
from .prefixes import Entry


@dataclass(slots=True)
class Asked:
    """The nodes asked about so far. `added` are logs of open branches, so that one can be undone."""

    may: set[int] = field(default_factory=set)
    sure: set[int] = field(default_factory=set)
    logs: list[tuple[list[int], list[int]]] = field(default_factory=list)

    def add(self, node: int, sure: bool) -> None:
        """Note a node."""
        for known, at in ((self.may, 0), (self.sure, 1)):
            if (at == 0 or sure) and node not in known:
                known.add(node)
                for log in self.logs:
                    log[at].append(node)

    @contextmanager
    def branch(self):
        """What is noted inside, in a log `(may, sure)`, is forgotten again at the end."""
        log: tuple[list[int], list[int]] = ([], [])
        self.logs.append(log)
        yield log
        self.logs.pop()
        self.may.difference_update(log[0])
        self.sure.difference_update(log[1])
        for outer in self.logs:
            _drop(outer[0], log[0])
            _drop(outer[1], log[1])


def _drop(log: list[int], nodes: list[int]) -> None:
    """Take what was logged last off an outer log."""
    if nodes:
        gone = set(nodes)
        log[:] = [node for node in log if node not in gone]


def predict(
    programs: Sequence[p.PlanProgram],
    families: list[p.Family],
    groups: Sequence[p.Group],
    entries: Sequence[Entry],
    entry: str,
) -> list[p.Family]:
    """The families with their predictions."""
    walker = Walker({q.name: q for q in programs}, families, groups, entries)
    walker.program(entry)
    for program in programs:
        if program.name not in walker.walked:
            walker.asked = Asked()
            walker.program(program.name)
    return [msgspec.structs.replace(f, cached_at=sorted(walker.found[f.id])) for f in families]


class Walker:
    """Walks steps in plan order."""

    def __init__(
        self,
        programs: dict[str, p.PlanProgram],
        families: Sequence[p.Family],
        groups: Sequence[p.Group],
        entries: Sequence[Entry],
    ) -> None:
        self._programs, self._families, self._groups = programs, families, groups
        self._entries = entries
        self._loops = {e.id for e in entries if e.kind == "join" and e.text}
        self._static = _static_nodes(entries)
        self._back: dict[int, frozenset[int]] = {}
        self.asked = Asked()
        self.found: list[set[int]] = [set() for _ in families]
        self.walked: dict[str, int] = {}

    def program(self, name: str) -> None:
        """Walk a program's steps, at most twice: as the first and as a later call."""
        times = self.walked.get(name, 0)
        if times < 2:
            self.walked[name] = times + 1
            self.steps(self._programs[name].steps)

    def steps(self, steps: Iterable[p.Step]) -> None:
        """Walk steps."""
        for step in steps:
            self._step(step)

    def _step(self, step: p.Step) -> None:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                self._ask(family)
            case p.PrefetchStep():
                pass
            case p.IfStep(then=then, orelse=orelse):
                self._branches(then, orelse)
            case p.ForStep(body=body, heads=heads):
                self._loop([body], heads)
            case p.WhileStep(cond=cond, body=body, heads=heads):
                self._loop([cond, body], heads)
            case p.ForkStep():
                self._fork(step)
            case p.TogetherStep(steps=members):
                self.steps(members)
            case p.CallStep(program=name):
                self._call(name)
            case _:
                pass

    def _ask(self, number: int) -> None:
        family = self._families[number]
        self.found[number] |= self._nearest(family.node)
        self._note(family.node, sure=True)
        self.asked.add(family.out_node, sure=True)

    def _note(self, node: int, sure: bool) -> None:
        """Everything on the way up from a node has been asked about."""
        stack, seen = [node], set()
        while stack:
            at = stack.pop()
            if at in seen or at in (self.asked.sure if sure else self.asked.may):
                continue
            seen.add(at)
            self.asked.add(at, sure)
            parents = self._entries[at].parents
            certain = len(parents) if len(parents) == 1 or not sure else int(at in self._loops)
            stack += parents[:certain]
            for parent in parents[certain:]:
                self._note(parent, sure=False)

    def _nearest(self, node: int) -> set[int]:
        """The first nodes upwards that were asked about, on every way up."""
        found: set[int] = set()
        seen: set[tuple[int, int | None]] = set()
        stack: list[tuple[int, int | None]] = [(node, None)]
        while stack:
            at, head = stack.pop()
            if (at, head) in seen:
                continue
            seen.add((at, head))
            may, sure = self._standing(at, head)
            if may and self._entries[at].kind not in ("join", "root"):
                found.add(at)
            if not sure:
                stack += self._above(at, head)
        return found

    def _standing(self, node: int, head: int | None) -> tuple[bool, bool]:
        """Whether a node may have been, and surely was, asked about, seen from inside or from behind `head`."""
        if self._entries[node].kind == "join":
            return False, False
        if self._entries[node].kind in ("gen", "select"):
            return True, True  # it could not stand on the way up otherwise
        if head is not None and node in self._back[head]:
            return True, True
        return node in self.asked.may, node in self.asked.sure

    def _above(self, node: int, head: int | None) -> list[tuple[int, int | None]]:
        parents = self._entries[node].parents
        if node not in self._loops:
            return [(parent, head) for parent in parents]
        before = [(parent, node) for parent in parents[1:] if node in self._back]
        return [(parents[0], head), *before]

    def _branches(self, then: p.Body, orelse: p.Body) -> None:
        logs = []
        for body in (then, orelse):
            with self.asked.branch() as log:
                self.steps(body.steps)
                logs.append((list(log[0]), list(log[1])))
        both = set(logs[0][1]) & set(logs[1][1])
        for node in logs[0][0] + logs[1][0]:
            self.asked.add(node, node in both)

    def _loop(self, bodies: list[p.Body], heads: Sequence[int]) -> None:
        with self.asked.branch() as first:
            for body in bodies:
                self.steps(body.steps)
            touched = list(first[0])
            new = frozenset(first[0]) - self._static
        for head in heads:
            self._back[head] = new
        for node in touched:
            if node not in new:
                self.asked.add(node, sure=False)
        with self.asked.branch() as later:
            for body in bodies:
                self.steps(body.steps)
            touched += later[0]
        for node in touched:
            self.asked.add(node, sure=False)

    def _fork(self, step: p.ForkStep) -> None:
        certain = step.items is None
        logs: list[int] = []
        with self.asked.branch() as log:
            if step.group is not None:
                self._note(self._groups[step.group].node, sure=True)
            for body in step.bodies:
                self._arm(body, repeats=not certain)
            logs = [*log[0]]
            sure = set(log[1])
        for node in logs:
            self.asked.add(node, certain and node in sure)

    def _arm(self, body: p.Body, repeats: bool) -> None:
        self.steps(body.steps)
        if repeats:  # a sibling that was sent before may have left what this one needs
            self.steps(body.steps)

    def _call(self, name: str) -> None:
        with self.asked.branch() as log:
            self.program(name)
            left = [node for node in log[0] if node in self._static]
        for node in left:
            self.asked.add(node, sure=True)


def _static_nodes(entries: Sequence[Entry]) -> frozenset[int]:
    """The nodes whose whole path is literal: the same in every instance."""
    static: set[int] = set()
    for entry in entries:
        if entry.kind == "root" or (entry.kind == "text" and entry.parents[0] in static):
            static.add(entry.id)
    return frozenset(static)
