"""What an abstract run works on: the project, the loops that are running, the frame of one function."""

from __future__ import annotations

import ast
from collections import Counter as Counts
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from ..finding import Evidence, Family, Place
from ..layout import Request
from ..tokens import Counter
from .budget import MAX_STEPS, Budget
from .frames import Frame, Loop
from .interfaces import Library, Reachable
from .outlines import Outline
from .project import Project
from .taints import NONE, Taint, Taints
from .values import ClassInfo, Contents, DictV, FnV, ListV, ModuleInfo, Obj, Opaque, PromptV, Value

MAX_DEPTH = 10
MAX_CALLS = 24
"""How often one function is followed from one root."""

PLAIN_STEPS = 400
"""The same of a function that sends nothing and gives nothing volatile: it only may give text."""


@dataclass(frozen=True, slots=True)
class Newest:
    """A message that was sent behind a history: what is stored for it has to be the same."""

    message: DictV
    place: Place
    family: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A history that was sent, the request, and what was known of its order and extent then.

    `count`: its messages. `beside`: those that were sent behind it and are no part of it.
    """

    history: ListV | Opaque
    request: Request
    shape: Taints
    count: int = 0
    beside: tuple[DictV, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A function that was followed and sends: the cells that it read, and how many were known to move then."""

    fn: FnV
    read: frozenset[tuple[int, str]]
    known: int


class Calls(Protocol):
    """What calls give, however they come about."""

    def node(self, run: Run, frame: Frame, node: ast.Call) -> Value:
        """The value of a call that is written."""
        ...

    def value(
        self,
        run: Run,
        frame: Frame,
        callee: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.Call,
    ) -> Value:
        """What any value gives that is called."""
        ...

    def function(
        self, run: Run, fn: FnV, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        """What a function of the project gives."""
        ...

    def instance(self, run: Run, info: ClassInfo) -> Value:
        """Any instance of a class, long built."""
        ...

    def body(self, run: Run, frame: Frame, body: DictV, node: ast.Call) -> None:
        """Note a request whose body is written as JSON."""
        ...


class OutOfSteps(Exception):
    """A root is too large to be followed to its end."""


@dataclass(eq=False, slots=True)
class Run:
    """The abstract run of a project. `evaluate` and `body` are filled in by who puts the machine together."""

    project: Project
    counter: Counter
    target: str = ""
    own_sources: Mapping[str, str] = field(default_factory=dict)
    own_sinks: frozenset[str] = frozenset()
    requests: list[Request] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    active: list[object] = field(default_factory=list)
    concurrent: list[Place] = field(default_factory=list)
    cells: dict[str, Taints] = field(default_factory=dict)
    """What functions put into names that others see, by name, as far as it was looked for."""

    put_away: Taints = NONE
    """Arguments that were dumped again into messages that are stored."""

    raised: list[Value] = field(default_factory=list)
    """What was raised since the outermost `try` began."""

    printed: list[Contents] = field(default_factory=list)
    """Where `print` writes to, while that is a text in the making."""
    warmed: set[Place] = field(default_factory=set)
    tool_sets: dict[tuple[Place, int, str], tuple[str, ...]] = field(default_factory=dict)
    """By call site, loop and head: the names of the tools that went with it first."""
    rounds: dict[tuple[Place, int], list[tuple[str, bool]]] = field(default_factory=dict)
    """By call site and loop: the pieces of the first request, and which vary with the loop."""
    option_sets: dict[tuple[Place, int, str, str], Outline] = field(default_factory=dict)
    """By call site, loop, head and option: what it was set to first."""
    selves: dict[int, Obj] = field(default_factory=dict)
    classes: dict[int, ClassInfo] = field(default_factory=dict)
    numbers: int = 0
    counts: Counts[int] = field(default_factory=Counts)
    steps: int = 0
    limit: int = MAX_STEPS
    budget: Budget = field(default_factory=Budget)
    cut: dict[int, FnV | ClassInfo | ModuleInfo] = field(default_factory=dict)
    evaluate: Callable[[Run, Frame, ast.expr], Value] = field(default=None)  # type: ignore[assignment]
    body: Callable[[Run, Frame, list[ast.stmt]], bool] = field(default=None)  # type: ignore[assignment]
    calls: Calls = field(default=None)  # type: ignore[assignment]
    send: Callable[..., None] = field(default=None)  # type: ignore[assignment]
    prepare: Callable[[Run, ModuleInfo], None] = field(default=None)  # type: ignore[assignment]
    templates: Library | None = None
    helpers: dict[str, Value] = field(default_factory=dict)
    """Names that environments of templates know everywhere."""
    reach: Reachable | None = None
    drawn: Taints = NONE
    """What decides which client is called, while it is called."""
    models: set[str] = field(default_factory=set)
    """Attributes by which the request that is looked at names its model."""
    sent_files: set[str] = field(default_factory=set)
    statics: dict[tuple[int, str], tuple[object, Value]] = field(default_factory=dict)
    """Attributes of classes, modules and unknown things that were set since a root began, with their owners."""
    prompts: dict[str, list[PromptV]] = field(default_factory=dict)
    """By file: the templates of messages that are made there."""
    begun: dict[tuple[int, str], Value | None] = field(default_factory=dict)
    """What attributes of lasting objects were before any function set them."""
    touched: dict[tuple[int, str], Taint] = field(default_factory=dict)
    """Attributes of lasting objects that the turn which is followed sets to something else, and where."""
    reset: dict[tuple[int, str], Taint] = field(default_factory=dict)
    """Those that it sets, whatever holds, to a value that isn't known."""
    read: set[tuple[int, str]] = field(default_factory=set)
    """Those that it reads."""
    fresh: set[tuple[int, str]] = field(default_factory=set)
    """Those of them that it set, whatever holds, so that it reads what it set itself."""
    offered: dict[int, ListV] = field(default_factory=dict)
    """Lasting lists of tools that were sent since a root began."""
    grown: dict[int, tuple[ListV | DictV, Taint]] = field(default_factory=dict)
    """Lasting lists and tables that the turn which is followed puts something into, and where."""
    moved: dict[tuple[int, str], Taint] = field(default_factory=dict)
    """Those that turns leave other than they found them, for the next turn to read."""
    inner: list[tuple[FnV, Frame]] = field(default_factory=list)
    """Functions that were made inside others since a root began, and the function around each."""
    entered: set[int] = field(default_factory=set)
    """Functions inside others that were followed by themselves, which is done once."""
    sent_before: int = 0
    """How many requests there were when a root began."""
    turns: list[Turn] = field(default_factory=list)
    """The functions that send, as they were followed."""
    newest: dict[int, Newest] = field(default_factory=dict)
    """By history: the message behind it that was sent, and is not stored yet."""
    sent: dict[int, Sent] = field(default_factory=dict)
    """By history: the request in which it was sent since a root began."""
    left: list[ListV | Opaque] = field(default_factory=list)
    """Lists that were stored since a root began."""
    became: dict[int, ListV] = field(default_factory=dict)
    """By an unknown value that turned out to be a list: that list."""
    owners: dict[int, object] = field(default_factory=dict)
    """What cells are named after."""
    frames: list[Frame] = field(default_factory=list)
    """The functions that are running, outermost first."""

    def forget(self) -> None:
        """What was noted of one root says nothing of the next."""
        self.sent_before = len(self.requests)
        self.option_sets.clear()
        self.rounds.clear()
        for each in (self.newest, self.sent, self.became, self.statics, self.counts, self.left):
            each.clear()
        for noted in (self.touched, self.reset, self.read, self.grown, self.offered, self.fresh):
            noted.clear()
        self.inner.clear()
        self.warmed = set()

    def cell(self, owner: object, name: str) -> tuple[int, str]:
        """Names what an owner holds under a name; the owner is kept, so that no other one gets its number."""
        self.owners[id(owner)] = owner
        return id(owner), name

    def set_since(self, owner: object, name: str) -> Value | None:
        """An attribute of something that isn't an object of the project, where it was set since a root began."""
        held = self.statics.get((id(owner), name))
        return held[1] if held is not None else None

    def tick(self) -> None:
        """Count a step. Raises OutOfSteps."""
        self.steps += 1
        if self.steps > self.limit:
            raise OutOfSteps

    @contextmanager
    def share(self, fn: FnV) -> Iterator[None]:
        """Give a call half of the steps that are left, so that one large helper doesn't end its caller.

        What a function leaves when its share is used up stands; that it was cut is noted in `cut`. Raises
        OutOfSteps only where the caller has none left either.
        """
        outer, loops, fans = self.limit, len(self.loops), len(self.concurrent)
        active, frames = len(self.active), len(self.frames)
        if active:
            most = (outer - self.steps) // 2
            is_plain = self.reach is not None and not self.reach.matters(fn.node)
            self.limit = min(outer, self.steps + (min(most, PLAIN_STEPS) if is_plain else most))
        try:
            yield
        except OutOfSteps:
            self.cut.setdefault(id(fn.node), fn)
            del self.loops[loops:], self.concurrent[fans:]
            del self.active[active:], self.frames[frames:]
            if self.steps > outer:
                raise
        finally:
            self.limit = outer

    @contextmanager
    def afresh(self, steps: int = MAX_STEPS, function: int | None = None) -> Iterator[None]:
        """Outside whatever is running: no loops, no callers, and steps of its own, for a function by its number."""
        saved = self.loops, self.concurrent, self.active, self.frames, self.steps, self.limit
        self.loops, self.concurrent, self.active, self.frames = [], [], [], []
        self.steps, self.limit = 0, self.budget.start(steps, function)
        try:
            yield
        finally:
            self.budget.take(self.steps, function)
            self.loops, self.concurrent, self.active, self.frames, self.steps, self.limit = saved

    def loop_numbers(self) -> tuple[int, ...]:
        """The loops that are running, outermost first."""
        return tuple([loop.number for loop in self.loops]) if self.loops else ()

    def next_number(self) -> int:
        """A number that nothing has yet."""
        self.numbers += 1
        return self.numbers
