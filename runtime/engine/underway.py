"""The requests under way, and who of them ends when something fails.

One request never hurts another. What fails is charged to the least that it can belong to:

    one request's own work (a listener, a stop rule, a grammar, a reply)   that request ends
    a sampling of several rows                                             each is sampled alone; who fails alone ends
    a forward                                                              who was to read what it computes ends
    the scheduler, the tree, the slots                                     who runs ends; who waits begins anew
"""

from __future__ import annotations

from collections.abc import Callable

from ..backend import BackendError
from . import device
from .counters import Counters
from .faults import as_backend_error
from .overlap import Pending
from .parts import Parts
from .radix import RadixCache
from .requests import Request
from .scheduler import Scheduler
from .slots import SlotAllocator, Slots
from .task import Job


class UnderWay:
    """The requests that wait or run, with the scheduler that runs them and what was sampled for them and not read."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._requests: dict[Request, None] = {}
        self.scheduler = self._new_scheduler(Counters())
        self.pending: Pending | None = None

    def __contains__(self, request: Request) -> bool:
        return request in self._requests

    def begin(self, request: Request) -> None:
        """Queue a request."""
        self._requests[request] = None
        with self.charged_to(request):
            self.scheduler.submit(request)

    def take_pending(self) -> Pending | None:
        """What was sampled and not read, to be read now."""
        pending, self.pending = self.pending, None
        return pending

    def drop_pending(self, job: Job) -> None:
        """Nobody reads any more what was sampled for a job."""
        if self.pending is not None and not self.pending.drop(job.tasks):
            self.pending = None

    def end(self, request: Request) -> None:
        """A request is answered: nothing more is done for it."""
        self._requests.pop(request, None)

    def end_all(self, error: BackendError) -> None:
        """Tell all callers that nothing more is done for them."""
        for request in list(self._requests):
            request.end(None, error)
        self._requests.clear()

    # ---- faults

    def safely(self, work: Callable[[], None]) -> None:
        """Run a step, the end of one, or a command; if it fails, start afresh."""
        try:
            work()
        except Exception as error:
            self.check_device(error)
            self._restart(error)

    def check_device(self, error: Exception) -> None:
        """Whoever is charged with a failure, a lost device is nobody's fault. Raises DeviceLost."""
        device.check(self._parts.model.device, error)

    def charged_to(self, job: Job) -> Charge:
        """Work of one request alone: if it fails, the request ends."""
        return Charge(self, job)

    def fail(self, job: Job, error: Exception) -> None:
        """End a request; the slots that are its alone are free again."""
        self._drop(job).end(None, as_backend_error(error))

    def withdraw(self, slots: Slots, error: Exception) -> None:
        """These slots were not computed: who was to read them ends, and the tree forgets them before anyone is told."""
        dropped = [self._drop(job) for job in self.scheduler.readers(slots)]
        self.scheduler.forget(slots)
        for job in dropped:
            job.end(None, as_backend_error(error))

    def _drop(self, job: Job) -> Request:
        """Do nothing more for a request, whose caller is to be told."""
        assert isinstance(job, Request)
        self.drop_pending(job)
        self.scheduler.abort(job)
        self._requests.pop(job, None)
        return job

    def _restart(self, error: Exception) -> None:
        """What is known of tree and slots can't be trusted: who holds any ends, who waits is queued beside new ones."""
        waiting = [request for request in self._requests if request.is_waiting]
        running = [request for request in self._requests if not request.is_waiting]
        self.pending = None
        self.scheduler = self._new_scheduler(self.scheduler.counters)
        for request in running or waiting:  # somebody ends, or it could fail for ever
            del self._requests[request]
            request.end(None, as_backend_error(error))
        for request in self._requests:
            self.scheduler.submit(request)

    def _new_scheduler(self, counters: Counters) -> Scheduler:
        parts = self._parts
        parts.cache = RadixCache(parts.cache.page_size, parts.cache.policy)
        slots = SlotAllocator(parts.pool.capacity)
        return Scheduler(parts.cache, slots, parts.policy, self.fail, counters=counters)


class Charge:
    """A block that is one request's own work. (Every row of every step has two: a generator's would cost more.)"""

    __slots__ = ("_job", "_under_way")

    def __init__(self, under_way: UnderWay, job: Job) -> None:
        self._under_way, self._job = under_way, job

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._under_way.fail(self._job, error)
        return True
