"""What the interpreter of a plan works on: the run that rows share, and the frame of one instance.

A frame belongs to one path of control: an arm of a fork gets a copy of the registers, a called program
gets its own. Nothing here acts; `control.py`, `calls.py`, `forks.py` and `hosts.py` do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from ...ir.target import Target
from ..backend import Backend, Completion
from ..plan.effects import effectful_programs
from ..plan.errors import RunError
from ..plan.expressions import UNBOUND, evaluate
from ..plan.readers import Readers, readers_of
from ..plan.schema import Expr, Family, GenStep, Group, HostBinding, Plan, PlanProgram
from ..plan.thinking import answers_of
from ..trace.records import Sink
from .concurrency import WeightLimit
from .paths import Roots, bare_nodes
from .prompts import Claim, PromptState
from .room import Guest, Room
from .streaming import Listener
from .warming import Warming

HOST_THREADS = 8
Orders = Mapping[int, Sequence[int]]
"""For the number of an `unordered` region the order of its sections."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a host function gave, or the exception that it raised."""

    value: Any = None
    error: Exception | None = None


RunPiece = Callable[[int, Callable[[], Any]], Awaitable[Outcome]]
"""Runs a piece of Python for a row, in the thread that it belongs to."""


@dataclass(frozen=True)
class Run:
    """All that the instances of one run share.

    `job` names the run in idempotency keys; `effectful` are the programs that call effectful host functions.
    `bare` are the prefix nodes at which a call may ask; `readers` those that later calls share. `noted` are the codes
    of the notes that are made once a run. `run_piece`: host functions are pieces of a Python program, which run as they
    stand there: in a thread of the program's, without keys, and what they return is awaited by nobody. `answers`: for a
    family of reasoning the step that asks for the answer.
    """

    plan: Plan
    backend: Backend
    target: Target
    hosts: Mapping[str, Callable[..., Any]]
    sink: Sink
    limit: WeightLimit
    warming: Warming
    pool: ThreadPoolExecutor
    room: Room = field(default_factory=Room)
    run_seed: int = 0
    job: str = ""
    listener: Listener | None = None
    most_arms: int | None = None
    run_piece: RunPiece | None = None
    families: dict[int, Family] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    programs: dict[str, PlanProgram] = field(default_factory=dict)
    bindings: dict[str, HostBinding] = field(default_factory=dict)
    effectful: frozenset[str] = frozenset()
    bare: frozenset[int] = frozenset()
    answers: Mapping[int, GenStep] = field(default_factory=dict[int, GenStep])
    readers: Mapping[int, Readers] = field(default_factory=dict[int, Readers])
    composed: set[tuple[int, tuple[str, ...]]] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, plan: Plan, **shared: Any) -> Run:
        """A run with the plan's tables as dictionaries."""
        return cls(
            plan,
            **shared,
            families={family.id: family for family in plan.families},
            groups={group.id: group for group in plan.groups},
            programs={program.name: program for program in plan.programs},
            bindings={host.name: host for host in plan.hosts},
            effectful=effectful_programs(plan),
            bare=bare_nodes(plan),
            answers=answers_of(plan),
            readers=readers_of(plan),
        )

    def now(self) -> float:
        """Seconds on the backend's clock, or on ours when it has none of its own."""
        clock = getattr(self.backend, "clock", None)
        return clock() if clock is not None else time.monotonic()

    def program(self, name: str) -> PlanProgram:
        """A program of the plan. Raises RunError (SGL3004)."""
        if name not in self.programs:
            raise RunError("SGL3004", f"the plan has no program `{name}`")
        return self.programs[name]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an instance stands: row, programs and sites that lead to it, indices of its callers.

    `orders` are those that a batch fixed for the row's own program, by the number of the sections.
    `roots` are where all prompts of the row begin; `claims` are those of its prompts that are retained; `guest` is what
    the row has in the server's cache. `called`: calls of tools that came with what was said before them.
    """

    row: int
    path: tuple[str, ...]
    indices: tuple[int, ...] = ()
    roots: Roots = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    orders: Orders = field(default_factory=dict)
    guest: Guest = field(default_factory=Guest)
    called: dict[Any, list[Completion]] = field(default_factory=dict)


@dataclass(slots=True)
class Frame:
    """Registers and place of one path of control.

    `key` and `count` name effectful host calls the same way in every run; `tasks` are prefetches
    under way, `guesses` those that nobody may need.
    """

    registers: list[Any]
    scope: Scope
    key: tuple[int, ...] = ()
    count: int = 0
    in_arm: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    guesses: list[asyncio.Task[None]] = field(default_factory=list)
    result: Any = UNBOUND

    @classmethod
    def of(cls, program: PlanProgram, args: list[Any], scope: Scope) -> Frame:
        """A fresh frame with the parameters bound."""
        registers: list[Any] = [UNBOUND] * program.registers
        for parameter, value in zip(program.parameters, args, strict=True):
            registers[parameter.register] = value
        return cls(registers, scope)

    def arm(self, index: int) -> Frame:
        """A frame for an arm: sees what is bound now, binds for itself."""
        registers, key = list(self.registers), self._child(index)
        return replace(self, registers=registers, key=key, count=0, in_arm=True)

    def lane(self, index: int) -> Frame:
        """A frame for a step that runs beside others: the same registers, its own host order."""
        return replace(self, key=self._child(index), count=0)

    def _child(self, index: int) -> tuple[int, ...]:
        return (*self.key, self.count, index)

    def next_key(self) -> tuple[int, ...]:
        """The name of the next effectful host call here."""
        self.count += 1
        return (*self.key, self.count)

    def value(self, expr: Expr) -> Any:
        """The value of an expression here."""
        return evaluate(expr, self.registers)

    def prompt(self, expr: Expr) -> PromptState:
        """The value of an expression that is a prompt. Raises RunError (SGL3004)."""
        found = self.value(expr)
        if not isinstance(found, PromptState):
            raise RunError("SGL3004", "the plan uses a value as a prompt")
        return found

    def number(self, expr: Expr) -> int:
        """The value of an expression that is a whole number. Raises RunError (SGL3004)."""
        found = self.value(expr)
        if type(found) is not int:
            raise RunError("SGL3004", "the plan uses something else as a number")
        return found

    def indices(self, exprs: list[Expr]) -> tuple[int, ...]:
        """Loop and arm indices, the callers' first. Raises RunError (SGL3004)."""
        return (*self.scope.indices, *map(self.number, exprs))
