"""Direct mode: a Python program's operations are sent as they happen, through the executor of plans.

A *session* is one run of a function; a *strand* is one prompt of it, to which operations are appended in
order. Appending never waits: each strand is a chain of tasks on the endpoint's event loop, so that arms run
at once without a thread each. Every operation becomes one step of a plan and is executed as such.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from ...lang.python.appendable import Place as CallPlace
from ...lang.python.surface import Appendable, EdgeMark, GenMark
from ...runtime.executor.instance import Frame
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import SourceSpan
from .group import Group
from .live_prompt import LivePrompt, Place
from .operations import Work, append_pieces, work_of
from .session import Session
from .speculation import Pending, can_speculate, speculate
from .streams import TextStream
from .variables import Variable

Start = Callable[[], Awaitable[tuple[Place, Group | None]]]
"""Where an arm begins and what it shares, once that is known."""


class Strand:
    """The chain of operations on one prompt of a session."""

    def __init__(
        self,
        session: Session,
        frame: Frame,
        arm: tuple[int, ...] = (),
        start: Start | None = None,
    ) -> None:
        self.prompt = LivePrompt(session, frame, arm)
        self.error: BaseException | None = None
        self._tail: concurrent.futures.Future[Any] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_given_up = False
        self._lock = threading.Lock()
        self._turn: list[Pending] | None = None
        self.left = Place()  # where it left its parent
        session.strands.append(self)
        if start is not None:
            self.submit(lambda: self._begin(start))

    @property
    def session(self) -> Session:
        """The run that it belongs to."""
        return self.prompt.session

    @property
    def stream(self) -> TextStream:
        """Its text, as it comes."""
        return self.prompt.stream

    # --- the chain of operations ----------------------------------------------------------------

    def submit(self, work: Callable[[], Awaitable[Any]]) -> concurrent.futures.Future[Any]:
        """Do `work` on the loop after everything that was submitted before, unless that failed."""
        with self._lock:
            before = self._tail
            self._tail = asyncio.run_coroutine_threadsafe(
                self._after(before, work), self.session.loop
            )
            return self._tail

    def cancel(self) -> None:
        """Give up what is not done yet, a request that is under way included."""
        self._is_given_up = True
        self.session.loop.call_soon_threadsafe(self._cancel_tasks)

    def _cancel_tasks(self) -> None:
        for each in list(self._under_way):
            each.cancel()

    async def _after(
        self, before: concurrent.futures.Future[Any] | None, work: Callable[[], Awaitable[Any]]
    ) -> Any:
        if before is not None:
            await ended(before)
        if self._is_given_up and self.error is None:
            self.error = RunError("SGL3606", "the run was cancelled")
        if self.error is not None:
            raise self.error
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            return await work()
        except asyncio.CancelledError:
            self.error = RunError("SGL3606", "the run was cancelled")
            raise
        except Exception as error:
            self.error = error
            raise
        finally:
            self._under_way.discard(task)

    async def idle(self) -> None:
        """Wait for what was submitted so far, whether it fails or not."""
        self.flush()
        tail = self._tail
        if tail is not None:
            await ended(tail)

    def sync(self) -> None:
        """Wait, in a thread other than the loop's, for what was submitted so far."""
        self.flush()
        tail = self._tail
        if tail is not None:
            concurrent.futures.wait([tail])

    async def _begin(self, start: Start) -> None:
        self.left, self.prompt.group = await start()
        place = self.left
        self.prompt.stand_at(place)

    def fork(self, size: int, place: CallPlace | None = None) -> list[Strand]:
        """New strands that begin where this one stands now. `place`: where the fork was asked for."""
        self.flush()
        made: list[Group] = []

        async def snapshot() -> Place:
            return self.prompt.place

        here = self.submit(snapshot)

        async def start() -> tuple[Place, Group | None]:
            place = await asyncio.wrap_future(here)
            if not made:
                made.append(Group(self.session.run, place.prompt, self.prompt.group))
            return place, made[0] if size > 1 else self.prompt.group

        arm, scope = self.prompt.arm, self.prompt.frame.scope
        number = self._number_of_fork(place)
        frames = [Frame([None, None], scope) for _ in range(size)]
        return [
            Strand(self.session, frame, (*arm, number, index), start)
            for index, frame in enumerate(frames)
        ]

    def _number_of_fork(self, place: CallPlace | None) -> int:
        """How often that place has forked this prompt before: from 1 on in a loop, otherwise from 0 down."""
        site = self.session.site(place)
        before = self.session.occurrence(f"fork {site}", self.prompt.arm)
        return before + 1 if self.session.loops(site) else -before

    # --- appending ------------------------------------------------------------------------------

    def append(
        self, item: Appendable | str, span: SourceSpan | None, variable: Variable | None
    ) -> None:
        """Append one thing; a call binds `variable`."""
        if self._turn is not None and isinstance(item, str | GenMark):
            self._turn.append(Pending(item, span, variable))
            return
        self.flush()
        self.append_work(work_of(self.prompt, item, span, variable), variable)
        if self.session.spec_tokens and _opens_answer(item):
            self._turn = []

    def flush(self) -> None:
        """Send what an assistant turn has held back for one call."""
        turn, self._turn = self._turn, None
        if turn and can_speculate(turn):
            tokens = self.session.spec_tokens
            done = self.submit(lambda: speculate(self.prompt, turn, tokens))
            for pending in turn:
                if pending.variable is not None:
                    done.add_done_callback(partial(_fail, pending.variable))
            return
        for pending in turn or ():
            work = work_of(self.prompt, pending.item, pending.span, pending.variable)
            self.append_work(work, pending.variable)

    def append_work(self, work: Work, variable: Variable | None) -> None:
        """Do `work` in its turn; if it fails, so does reading `variable`."""
        done = self.submit(work)
        if variable is not None:
            done.add_done_callback(partial(_fail, variable))


async def ended(done: concurrent.futures.Future[Any]) -> None:
    """Wait until something is over, whether it failed or not."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    done.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
    await over.wait()


async def append_strands(prompt: LivePrompt, arms: Sequence[Strand]) -> None:
    """Append to a prompt what arms of it have been appended since they left it."""
    for arm in arms:
        await arm.idle()
        if arm.error is not None:
            raise arm.error
        await append_pieces(prompt, arm.left.prompt, arm.prompt.place.prompt)


def _opens_answer(item: object) -> bool:
    return isinstance(item, EdgeMark) and (item.role, item.edge) == ("assistant", "begin")


def _fail(variable: Variable, done: concurrent.futures.Future[Any]) -> None:
    """A call that failed, or was never reached, gives its error to those who wait for its value."""
    if not variable.value.done():
        error = (
            RunError("SGL3606", "the run was cancelled") if done.cancelled() else done.exception()
        )
        variable.value.set_exception(error or RunError("SGL3606", "the call gave no value"))
