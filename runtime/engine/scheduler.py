"""Decides what the next forward computes: every decoding task's next tokens, and prefill up to a budget.

Sharing needs no protocol between requests. A prefill chunk enters the tree when it is scheduled, before it is computed:
whoever is scheduled later in the same step matches it, and reads its slots in the same forward. A task whose next
tokens are those that another is about to compute is parked until that one has passed the point where the two part.

Memory is found in this order: free slots, eviction of what nobody holds, preemption of the youngest task that is not in
the step. A preempted task's computed tokens stay in the tree as long as there is room. Room is given to the rest of
jobs under way before anybody new: what they hold comes free when they have all that they need.

On a card, prompts and decoding take turns instead: a decode step is then a graph, and a prompt's chunk a large product.

Idle tasks (speculative prefills) come last: they start while nobody else waits, into slots that are free, and take what
the others leave of a step's budget. One that finds no free slots is refused; one that others wait for is idle no more.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from .batch import Segment
from .counters import Counters
from .memory import Memory
from .preemption import OutOfMemory, Preemption
from .radix import RadixCache, common_prefix
from .slots import SlotAllocator, Slots
from .standing import Standing
from .task import Job, Phase, Task

# In a longer queue only the oldest are ordered by match: looking all of them up would cost more than it gains.
ORDERED = 128


@dataclass(frozen=True, slots=True)
class Policy:
    """How the scheduler behaves; EngineBackend's options of the same names set it."""

    chunked_prefill_size: int = 512
    max_running_requests: int = 256
    schedule_policy: str = "lpm"  # longest prefix match first, or `fcfs`
    age_weight: float = 50.0  # a second of waiting counts like this many matched tokens
    max_wait_s: float = 30.0  # who has waited longer goes first
    wait_for_siblings: bool = True
    disable_radix_cache: bool = False
    prefill_apart: bool = False  # no step has prompts and decoding tasks, and both take turns
    speculative_tokens: int = 0  # guess so many tokens a step from the task's own text
    preempt_every: int = 0  # for tests: preempt the youngest every so many steps


class Scheduler:
    """The queue, the running tasks, the tree and the slots. Lives in the engine's thread."""

    def __init__(
        self,
        cache: RadixCache,
        slots: SlotAllocator,
        policy: Policy,
        fail: Callable[[Job, Exception], None],
        clock: Callable[[], float] = time.perf_counter,
        counters: Counters | None = None,
    ) -> None:
        self.clock = clock
        self.cache, self.slots, self.policy, self._fail = cache, slots, policy, fail
        self.counters = counters or Counters()
        self._standing = Standing()
        self.waiting, self.prefilling = self._standing.waiting, self._standing.prefilling
        self.ready = self._standing.ready
        self._memory = Memory(cache, slots, self.counters)
        self._preemption = Preemption(
            self._memory, self._standing, self.counters, fail, policy.preempt_every
        )
        self._fresh: list[Task] = []  # became ready in this step
        self._jobs = 0
        self._prefills_next = True  # where both take turns

    @property
    def has_work(self) -> bool:
        """Whether a step would do anything."""
        return bool(self.waiting or self.prefilling or self.ready)

    def submit(self, job: Job) -> None:
        """Queue a job's tasks."""
        self.cache.calls += 1
        if self.policy.disable_radix_cache:  # a namespace of its own
            self._jobs += 1
            job.namespace = f"{job.namespace}\0{self._jobs}"
        self.waiting.update(dict.fromkeys(job.tasks))

    def has_others(self, due: Collection[Task]) -> bool:
        """Whether there is work for anyone else than these ready tasks."""
        return bool(self.waiting or self.prefilling) or len(due) < len(self.ready)

    def schedule(self) -> list[Segment]:
        """Choose the segments of the next forward."""
        self.counters.steps += 1
        if self._preemption.is_due(self.counters.steps):
            self._preemption.preempt_youngest()
        segments = self._choose()
        if not segments and not any(task.wants_token for task in self.ready) and not self._fresh:
            self._preemption.unblock()
        return segments

    def look_ahead(self, unread: Collection[Task]) -> list[Segment] | None:
        """The same while some ready tasks' next tokens are unread: where others decode, each has one position more.

        `confirm` keeps it or gives it back. None, and nothing done, where room for all takes a preemption: with the
        tokens known, fewer may have to go on.
        """
        known = sum(task.length - task.computed for task in self.ready)
        is_due = self._preemption.is_due(self.counters.steps + 1)
        if is_due or not self._memory.make_room(known + len(unread)):
            return None
        self.counters.steps += 1
        return self._choose(unread)

    def _choose(self, unread: Collection[Task] = ()) -> list[Segment]:
        return self._in_turns(unread) if self.policy.prefill_apart else self._together(unread)

    def _together(self, unread: Collection[Task]) -> list[Segment]:
        """Every decoding task, and prompts into what is left of the budget."""
        segments = self._decode(unread)
        return segments + self._prefill(max(1, self.policy.chunked_prefill_size - len(segments)))

    def _in_turns(self, unread: Collection[Task]) -> list[Segment]:
        """Prompts with all of the budget, or every decoding task: where there is both, what the step before was not."""
        if self._prefills_next:
            segments = self._prefill(self.policy.chunked_prefill_size)
            self._prefills_next = not segments
            return segments or self._decode(unread)
        segments = self._decode(unread)
        self._prefills_next = bool(segments)
        return segments or self._prefill(self.policy.chunked_prefill_size)

    def computed(self) -> list[Task]:
        """The forward has run: return the tasks that became ready in it."""
        for task in (*self.ready, *self.prefilling):
            task.fed = False
        fresh = [task for task in self._fresh if task.phase is Phase.READY]
        self._fresh = []
        if not self.policy.wait_for_siblings:
            for task in fresh:
                self._memory.keep(task, hold=True)
        return fresh

    def finish(self, task: Task) -> None:
        """End a task; what it computed enters the tree."""
        if task.node is not None:
            self._memory.keep(task, hold=False)
        self._standing.remove(task)
        task.phase = Phase.DONE

    def abort(self, job: Job) -> None:
        """End a job at once; the slots that are its alone are free again."""
        for task in job.tasks:
            self._memory.drop(task)
            self._standing.remove(task)
            task.phase = Phase.DONE

    def readers(self, slots: Slots) -> list[Job]:
        """The jobs that hold some of these slots, or read them."""
        asked = self._memory.marked(slots)
        tasks = (task for task in self._standing.holders if task.node is not None)
        return list(dict.fromkeys(t.job for t in tasks if asked[t.all_slots()].any()))

    def forget(self, slots: Slots) -> None:
        """Take from the tree what was to be computed into these slots, and was not. No job may read them any more."""
        self._memory.forget(slots)

    # ---- decoding

    def _decode(self, unread: Collection[Task]) -> list[Segment]:
        segments: list[Segment] = []
        tasks = sorted(self.ready, key=lambda task: task.serial)
        hand_out = self._handing_out(tasks, unread)
        for task in tasks:
            count = task.length - task.computed
            if task in unread:
                segments.append(self._extend_unread(task))
                continue
            if (
                count == 0 or task.phase is not Phase.READY
            ):  # waits for its job, or was just preempted
                continue
            slots = hand_out(task, count)
            if slots is not None:
                segments.append(self._extend(task, slots, self._guess(task)))
                task.wants_token = True
        return segments

    def _handing_out(
        self, tasks: Sequence[Task], unread: Collection[Task]
    ) -> Callable[[Task, int], Slots | None]:
        """How decoding tasks get slots for what is known of them: cut from one piece where there is room for all."""
        wanted = sum(task.length - task.computed for task in tasks if task not in unread)
        if not self._memory.make_room(wanted):
            return self._preemption.slots_at_any_cost
        piece, ends = self.slots.allocate(wanted), 0

        def cut(_: Task, count: int) -> Slots:
            nonlocal ends
            ends += count
            return piece[ends - count : ends]

        return cut

    def _extend_unread(self, task: Task) -> Segment:
        """A position for a token that the host does not know yet."""
        task.reserve()
        task.wants_token = True
        segment = self._extend(task, self.slots.allocate(0), guessed=1)
        segment.is_unread = True
        return segment

    def _guess(self, task: Task) -> int:
        """How many tokens are guessed after those that are known: only as many as there are free slots."""
        most = min(self.policy.speculative_tokens, self.slots.free)
        return task.guess(most) if most > 0 else 0

    def settle(self, task: Task, right: int) -> None:
        """Confirm the first `right` guessed tokens of a task, and count them."""
        self.counters.guessed += task.guessed
        self.counters.guessed_right += right
        self.confirm(task, right)

    def confirm(self, task: Task, right: int) -> None:
        """Keep the first `right` positions behind what was known, known by now; give the others' slots back."""
        self._memory.confirm(task, right)

    def _extend(self, task: Task, slots: Slots, guessed: int = 0) -> Segment:
        """Give a task slots for its next tokens, and make the segment that computes them and those it guesses."""
        start, known = task.computed, task.computed + len(slots)
        if guessed:
            slots = np.concatenate([slots, self.slots.allocate(guessed)])
        end = known + guessed
        segment = Segment(task.ids[start:end].copy(), slots, task.node, task.own.copy())
        task.slots[start:end] = slots
        task.own_end = end
        task.fed = True
        task.guessed = guessed
        task.count_computed(start, known)
        return segment

    # ---- prefill

    def _prefill(self, budget: int) -> list[Segment]:
        segments: list[Segment] = []
        queue = deque(self._queue())
        while queue and budget > 0:
            task = queue.popleft()
            if task.phase is Phase.WAITING and not self._admit(task):
                break  # nobody overtakes the first in line
            segment = self._advance(task, budget)
            if segment is not None:
                segments.append(segment)
                budget -= len(segment.ids)
            computed = task.computed if task.phase is Phase.PREFILLING else None
            queue.extendleft(reversed(self._standing.let_go(task, computed)))
        return segments

    def _queue(self) -> list[Task]:
        """Who may prefill in this step, in order: idle tasks after all others, and none starts while others wait."""
        order = self._order()
        running = sorted(self.prefilling, key=lambda task: task.job.idle)  # stable
        idle = (t for t in self.waiting if t.job.idle)
        first = sum(not task.job.idle for task in running)
        return [*running[:first], *order, *running[first:], *(() if order else idle)]

    def _order(self) -> list[Task]:
        """The waiting tasks in the order in which they are tried, idle ones apart.

        First the rest of jobs under way: what these hold comes free once they have all that they need, and not before.
        """
        tasks = sorted((t for t in self.waiting if not t.job.idle), key=lambda task: task.serial)
        under_way = {task.job for task in self._standing.holders}
        begun = [task for task in tasks if task.job in under_way]
        return begun + self._ranked([task for task in tasks if task.job not in under_way])

    def _ranked(self, tasks: list[Task]) -> list[Task]:
        """Tasks in order of arrival, the oldest of them by what the tree has of them."""
        if self.policy.schedule_policy != "lpm" or len(tasks) < 2 or not self._has_place(tasks[0]):
            return tasks
        now = self.clock()
        return sorted(tasks[:ORDERED], key=lambda task: self._rank(task, now)) + tasks[ORDERED:]

    def _rank(self, task: Task, now: float) -> tuple[int, float]:
        waited = now - task.job.work.arrived
        if waited > self.policy.max_wait_s:
            return (0, -waited)
        matched = self.cache.match(task.known, task.job.namespace).length
        return (1, -(matched + waited * self.policy.age_weight))

    def _has_place(self, task: Task) -> bool:
        """Whether one more may run; a job that runs may always bring in the rest of its tasks."""
        is_room = self._standing.running < self.policy.max_running_requests
        return is_room or task.job.work.started is not None

    def _admit(self, task: Task) -> bool:
        """Let a waiting task start, if there is room for it beside those that run."""
        if not self._has_place(task):
            return False
        match = self.cache.match(task.known, task.job.namespace)
        wanted = task.length - match.length + len(self.ready)  # a token each for those that decode
        if task.job.idle and wanted > self.slots.free:
            self._fail(task.job, OutOfMemory("no slots are idle"))
            return False
        if wanted > self._memory.within_reach and self._standing.running:
            return False
        self.waiting.pop(task)
        self.prefilling[task] = None
        task.phase = Phase.PREFILLING
        self._memory.take_path(task, match)
        if task.job.work.started is None:
            task.job.work.started = self.clock()
            self._explain_miss(task)
        return True

    def _explain_miss(self, task: Task) -> None:
        """Note why the rest of a prompt is not in the tree."""
        work, node = task.job.work, task.node
        assert node is not None
        missed = max(0, task.prompt - node.depth)
        if missed and self.cache.was_evicted(node, task.known):
            work.missed_evicted += missed
        else:
            work.missed_new += missed

    def _advance(self, task: Task, budget: int) -> Segment | None:
        """Take a task as far as the tree, its siblings and the budget let it."""
        siblings = self.policy.wait_for_siblings
        if siblings:
            self._follow(task)
            producer = self._producer(task)
            if producer is not None:
                self._park(task, producer)
                return None
        segment = self._compute(task, budget) if task.computed < task.length else None
        if segment is not None and siblings:
            self._memory.keep(task, hold=True)
        if task.computed == task.length:
            self.prefilling.pop(task)
            self.ready[task] = None
            task.phase = Phase.READY
            self._fresh.append(task)
        return segment

    def _compute(self, task: Task, budget: int) -> Segment | None:
        """The next chunk of a task: whole pages, or up to its end; None while there is no room."""
        left, page = task.length - task.computed, self.cache.page_size
        count = left if left <= budget else max(budget - budget % page, page)
        count = min(count, left)
        return (
            self._extend(task, self.slots.allocate(count))
            if self._memory.make_room(count)
            else None
        )

    def _follow(self, task: Task) -> None:
        """Move a task forward to what has entered the tree since it last looked."""
        old = task.node
        assert old is not None
        if task.own_end > old.depth or old.depth == task.length:
            return
        match = self.cache.match(task.known, task.job.namespace, old)
        if match.length > old.depth:
            self._memory.take_path(task, match)

    def _producer(self, task: Task) -> Task | None:
        """A task before this one that stands where this one stands and goes the same way next."""
        at, page = task.computed, self.cache.page_size
        for other in self.prefilling:
            if other is task or at + page > task.length:
                return None
            if (
                other.node is task.node
                and (other.known[at : at + page] == task.known[at : at + page]).all()
            ):
                return other
        return None

    def _park(self, task: Task, producer: Task) -> None:
        producer.job.idle = producer.job.idle and task.job.idle
        self._memory.drop(task)
        self._standing.remove(task)
        task.phase = Phase.WAITING
        self._standing.parking.park(task, producer, common_prefix(task.known, producer.known))
        self.counters.parked += 1
