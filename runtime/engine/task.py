"""What the scheduler moves: a task is one token sequence whose keys and values are wanted, and maybe what follows it.

A job is one request of a caller. It has one task per sample of a generation, per branch of a select's choices, or one
for a prefill.
"""

from __future__ import annotations

import enum
import itertools
import time
from dataclasses import dataclass, field

import numpy as np

from ..backend import Usage
from .radix import Ids, Node
from .slots import Slots

_SERIALS = itertools.count()


class Phase(enum.Enum):
    """Where a task stands."""

    WAITING = enum.auto()  # holds nothing
    PREFILLING = (
        enum.auto()
    )  # holds a locked path, and maybe slots of its own; part of its target is computed
    READY = (
        enum.auto()
    )  # its target is computed: a gen decodes, the others wait for the rest of their job
    DONE = enum.auto()


@dataclass(eq=False, slots=True)
class Work:
    """The account of one job, in tokens and in moments."""

    prompt: int = 0
    cached: int = 0
    prefilled: int = 0
    recomputed: int = 0  # of `prefilled`: lost to a preemption and computed again
    decoded: int = 0
    forced: int = 0
    missed_new: int = (
        0  # prompt tokens that were not in the tree when the call was first looked up: never there,
    )
    missed_evicted: int = 0  # or there once, and evicted
    reached: int = 0  # positions of the prompt that are accounted for
    arrived: float = field(default_factory=time.perf_counter)
    started: float | None = None
    first: float | None = None  # the first token, or for a select or prefill its end
    ended: float | None = None

    def usage(self) -> Usage:
        """As the backend protocol reports it."""
        end = self.ended or time.perf_counter()
        first = self.first or end
        started = self.started or first
        return Usage(
            prompt=self.prompt,
            cached=self.cached,
            prefilled=self.prefilled,
            decoded=self.decoded,
            forced=self.forced,
            queue_s=started - self.arrived,
            prefill_s=first - started,
            decode_s=end - first,
            ttft_s=first - self.arrived,
        )


class Task:
    """One token sequence. `ids[:length]` is known, and to be computed before the task is ready.

        0 ......... node.depth ......... computed ........... length
        |-- locked path --|------ own ------|-- to compute --|

    `slots` is indexed by position and holds from `node.depth` to `computed`. Of the ids, the first `prompt` are the
    request's prompt, for the account; from `generated` on they were generated.
    """

    def __init__(
        self, job: Job, ids: Ids, *, prompt: int, room: int = 0, generates: bool = False
    ) -> None:
        self.job = job
        self.serial = next(_SERIALS)  # order of arrival
        self.ids: Ids = np.concatenate([ids, np.zeros(room, dtype=np.int32)])
        self.slots: Slots = np.zeros(len(ids) + room, dtype=np.int32)
        self.length = len(ids)
        self.prompt = prompt
        self.generated = len(ids) if generates else len(ids) + 1
        self.phase = Phase.WAITING
        self.node: Node | None = None
        self.own_end = 0
        self.forced: set[int] = set()  # positions of generated tokens that were not sampled
        self.high_water = 0  # positions computed so far, also before a preemption
        self.found = 0  # positions that were found in the tree, at most
        self.guessed = (
            0  # positions behind `length` that are computed in this step: on a guess, or unread
        )
        self.fed = False  # whether it has a segment in the step being scheduled
        self.wants_token = False  # whether its next token is to be sampled after the step

    @property
    def computed(self) -> int:
        """How many tokens have keys and values that this task holds."""
        return max(self.own_end, self.node.depth) if self.node else 0

    @property
    def known(self) -> Ids:
        """All its ids."""
        return self.ids[: self.length]

    @property
    def own(self) -> Slots:
        """The slots that are this task's alone."""
        return self.slots[self.node.depth : self.computed] if self.node else self.slots[:0]

    @property
    def last_slot(self) -> int:
        """The slot of the last computed token."""
        assert self.node is not None
        return int(
            self.slots[self.own_end - 1] if self.own_end > self.node.depth else self.node.slots[-1]
        )

    def all_slots(self) -> Slots:
        """The slots of every computed token."""
        assert self.node is not None
        return np.concatenate([self.node.path_slots(), self.own])

    def push(self, token: int) -> None:
        """Add a token that was sampled or forced, to be fed in the next step."""
        self.reserve()
        self.ids[self.length] = token
        self.length += 1

    def reserve(self) -> None:
        """See that there is room for one more token behind `length`."""
        if self.length == len(self.ids):
            more = np.zeros(max(64, self.length // 2), dtype=np.int32)
            self.ids, self.slots = (
                np.concatenate([self.ids, more]),
                np.concatenate([self.slots, more]),
            )

    def guess(self, most: int) -> int:
        """Write up to `most` likely next tokens behind `length`; returns how many."""
        return 0

    def count_found(self, end: int) -> None:
        """Account for positions up to `end` that were found in the tree."""
        work = self.job.work
        self.found = max(self.found, end)
        reach = min(end, self.prompt)
        work.cached += max(0, reach - work.reached)
        work.reached = max(work.reached, reach)

    def count_computed(self, start: int, end: int) -> None:
        """Account for tokens that are computed: generated ones count as decoded or forced, the first time."""
        work = self.job.work
        again = max(0, min(end, self.high_water) - start)
        new = range(max(start, self.generated, self.high_water), end)
        work.decoded += len(new) - len(self.forced.intersection(new))
        work.prefilled += end - start - len(new)
        work.recomputed += again
        work.reached = max(work.reached, min(end, self.prompt))
        self.high_water = max(self.high_water, end)


class Job:
    """One request: its tasks, what they are for, and what came of it."""

    def __init__(self, namespace: str = "", idle: bool = False) -> None:
        self.namespace = namespace
        self.idle = idle  # nobody may need it: it takes what nobody else wants
        self.tasks: list[Task] = []
        self.work = Work()

    @property
    def is_waiting(self) -> bool:
        """Whether no task of it holds anything, or has ended."""
        return all(task.phase is Phase.WAITING and task.node is None for task in self.tasks)

    @property
    def is_ready(self) -> bool:
        """Whether every task's target is computed."""
        return all(task.phase is Phase.READY for task in self.tasks)
