"""Predictions: for every family the nodes at which its calls' cached prefix can end.

The programs are walked in plan order with the nodes that have been asked about. A call finds the first such
nodes on every way up from its own; the deepest of them on the path that a call really takes is where its
cached prefix ends. Nodes have grades: `SURE` were asked about on every path that leads here, `USUAL` when loops
and forks run at least once, `MAY` on some path only. The way up goes on behind all but sure ones.

Loops are walked twice: in the second iteration what the body appends is new, while the way up through the
loop's head leads into the iteration before. The second of two calls of a program finds the static head
that the first one left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from ...runtime.plan import schema as p
from .prefixes import Entry

MAY, USUAL, SURE = 0, 1, 2
NOTHING = -1


class Asked:
    """The grades of the nodes that have been asked about, with undo for branches."""

    def __init__(self) -> None:
        self._grades: dict[int, int] = {}
        self._journal: list[tuple[int, int | None]] = []

    def grade(self, node: int) -> int:
        """The grade of a node; -1 when nobody asked."""
        return self._grades.get(node, -1)

    def add(self, node: int, grade: int) -> None:
        """Note a node; its grade never falls."""
        old = self._grades.get(node)
        if old is None or grade > old:
            self._grades[node] = grade
            self._journal.append((node, old))

    @contextmanager
    def branch(self) -> Iterator[dict[int, int]]:
        """What is noted inside is forgotten again, and is in the dictionary given, filled at the end."""
        start, noted = len(self._journal), dict[int, int]()
        yield noted
        noted.update((node, self._grades[node]) for node, _ in self._journal[start:])
        for node, old in reversed(self._journal[start:]):
            if old is None:
                del self._grades[node]
            else:
                self._grades[node] = old
        del self._journal[start:]


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
            f, cached_at=sorted(walker.found[f.id]), expected=sorted(walker.expected[f.id])
        )
        for f in families
    ]
    sent = [msgspec.structs.replace(g, expected=sorted(walker.sent[g.id])) for g in groups]
    return predicted, sent


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
        self._back: dict[int, Mapping[int, int]] = {}
        self._is_sibling = False
        self.asked = Asked()
        self.found: list[set[int]] = [set() for _ in families]
        self.expected: list[set[int]] = [set() for _ in families]
        self.sent: list[set[int]] = [set() for _ in groups]
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
            case p.PrefetchStep(node=node, speculative=False):
                self._note(node, SURE)
            case p.IfStep(then=then, orelse=orelse):
                self._branches(then, orelse)
            case p.ForStep(body=body, heads=heads):
                self._loop([body], heads)
            case p.WhileStep(cond=cond, body=body, heads=heads):
                self._loop([cond, body], heads)
            case p.ForkStep():
                self._fork(step)
            case p.TogetherStep(steps=members):
                self._together(members)
            case p.CallStep(program=name):
                self._call(name)
            case _:
                pass

    def _ask(self, number: int) -> None:
        family = self._families[number]
        found = self._nearest(family.node, SURE)
        self.found[number] |= found
        if not self._is_sibling:
            usual = {n for n in self._nearest(family.node, USUAL) if n in found}
            self.expected[number] |= usual or {NOTHING}
        self._note(family.node, SURE)
        self.asked.add(family.out_node, SURE)

    def _send(self, number: int) -> None:
        node = self._groups[number].node
        if not self._is_sibling:
            self.sent[number] |= self._nearest(node, USUAL) or {NOTHING}
        self._note(node, SURE)

    def _note(self, node: int, grade: int) -> None:
        """Everything on the way up from a node has been asked about."""
        stack, seen = [(node, grade)], set[tuple[int, int]]()
        while stack:
            at, grade = stack.pop()
            if (at, grade) in seen or self.asked.grade(at) >= grade:
                continue
            seen.add((at, grade))
            self.asked.add(at, grade)
            parents = self._entries[at].parents
            certain = len(parents) if len(parents) == 1 else int(at in self._loops)
            stack += [(q, grade if i < certain else MAY) for i, q in enumerate(parents)]

    def _nearest(self, node: int, enough: int) -> set[int]:
        """The first nodes upwards that were asked about, on every way up as far as one of grade `enough`."""
        found: set[int] = set()
        seen: set[tuple[int, int | None]] = set()
        stack: list[tuple[int, int | None]] = [(node, None)]
        while stack:
            at, head = stack.pop()
            if (at, head) in seen:
                continue
            seen.add((at, head))
            grade = self._standing(at, head)
            if grade >= (MAY if enough == SURE else enough) and self._entries[at].kind != "root":
                found.add(at)
            if grade < enough:
                stack += self._above(at, head)
        return found

    def _standing(self, node: int, head: int | None) -> int:
        """The grade of a node, seen from inside or from behind the loop head `head`; joins have none."""
        kind = self._entries[node].kind
        if kind == "join":
            return -1
        if kind in ("gen", "select"):
            return SURE  # it could not stand on the way up otherwise
        behind = self._back[head].get(node, -1) if head is not None else -1
        grade = max(behind, self.asked.grade(node))
        # where a batch orders the sections, the way up from here is another one
        return min(grade, USUAL) if self._entries[node].free else grade

    def _above(self, node: int, head: int | None) -> list[tuple[int, int | None]]:
        parents = self._entries[node].parents
        if node not in self._loops:
            return [(parent, head) for parent in parents]
        before = [(parent, node) for parent in parents[1:] if node in self._back]
        return [(parents[0], head), *before]

    def _branches(self, then: p.Body, orelse: p.Body) -> None:
        with self.asked.branch() as left:
            self.steps(then.steps)
        with self.asked.branch() as right:
            self.steps(orelse.steps)
        for node in {**left, **right}:
            self.asked.add(node, min(left.get(node, MAY), right.get(node, MAY)))

    def _loop(self, bodies: list[p.Body], heads: Sequence[int]) -> None:
        with self.asked.branch() as first:
            for body in bodies:
                self.steps(body.steps)
        new = {node: grade for node, grade in first.items() if node not in self._static}
        for head in heads:
            self._back[head] = new
        for node in first.keys() - new.keys():
            self.asked.add(node, MAY)
        with self.asked.branch() as later:
            for body in bodies:
                self.steps(body.steps)
        for node, grade in {**later, **first}.items():
            self.asked.add(node, min(grade, USUAL))

    def _fork(self, step: p.ForkStep) -> None:
        with self.asked.branch() as arms:
            if step.group is not None:
                self._send(step.group)
            if step.items is None:
                self._different(step.bodies)
            else:
                self._alike(step.bodies[0])
        most = SURE if step.items is None else USUAL
        for node, grade in arms.items():
            self.asked.add(node, min(grade, most))

    def _different(self, bodies: Sequence[p.Body]) -> None:
        """Arms that run beside each other: what one asked about, a later one may find."""
        noted: dict[int, int] = {}
        for body in bodies:
            with self.asked.branch() as arm:
                for node in noted:
                    self.asked.add(node, MAY)
                self.steps(body.steps)
            noted |= {node: max(grade, noted.get(node, MAY)) for node, grade in arm.items()}
        for node, grade in noted.items():
            self.asked.add(node, grade)

    def _together(self, members: Sequence[p.Step]) -> None:
        """Steps that start at once: one that begins with a call asks before one that has to get there first."""
        if all(isinstance(step, p.GenStep | p.SelectStep) for step in members):
            self.steps(members)
        else:
            self._twice([[member] for member in members])

    def _alike(self, body: p.Body) -> None:
        """Arms of one body: a sibling that was sent before may have left what an arm needs."""
        self._twice([body.steps])

    def _twice(self, lanes: Sequence[Sequence[p.Step]]) -> None:
        """Walk lanes in their order, and then each as a sibling that may find what any of them left."""
        with self.asked.branch() as first:
            for steps in lanes:
                self.steps(steps)
        was, self._is_sibling = self._is_sibling, True
        for steps in lanes:
            with self.asked.branch():
                for node in first:
                    self.asked.add(node, MAY)
                self.steps(steps)
        self._is_sibling = was
        for node, grade in first.items():
            self.asked.add(node, grade)

    def _call(self, name: str) -> None:
        with self.asked.branch() as noted:
            self.program(name)
        for node, grade in noted.items():
            if node in self._static:
                self.asked.add(node, grade)


def _static_nodes(entries: Sequence[Entry]) -> frozenset[int]:
    """The nodes whose whole path is literal: the same in every instance."""
    static: set[int] = set()
    for entry in entries:
        if entry.kind == "root" or (entry.kind == "text" and entry.parents[0] in static):
            static.add(entry.id)
    return frozenset(static)
