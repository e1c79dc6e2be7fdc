"""Direct mode: a Python program's operations are sent as they happen, through the executor of plans.

A *session* is one run of a function; a *strand* is one prompt of it, to which operations are appended in
order. Appending never waits: each strand is a chain of tasks on the endpoint's event loop, so that arms run
at once without a thread each. Every operation becomes one step of a plan and is executed as such.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ...ir.ops import Role
from ...ir.sampling import Constraint
from ...lang.python.surface import Appendable, EdgeMark, GenMark, ImageMark, Joined, SelectMark
from ...runtime.executor.control import run_steps
from ...runtime.executor.instance import Frame, Run
from ...runtime.executor.streaming import Delta
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import (
    Family,
    GenStep,
    ImageStep,
    Lit,
    MarkSpan,
    Ref,
    RootStep,
    SelectStep,
    SourceSpan,
    Step,
    TextStep,
    TurnStep,
)
from ...runtime.trace.records import CallRecord, Record, Sink
from .session import NODE, PROMPT, ROOT, VALUE, Group, Place, Session
from .speculation import Pending, can_speculate, speculate
from .streams import TextStream
from .variables import Variable


class Strand:
    """One prompt of a session, and the operations that are appended to it."""

    def __init__(
        self,
        session: Session,
        frame: Frame,
        arm: tuple[int, ...] = (),
        start: Callable[[], Awaitable[tuple[Place, Group | None]]] | None = None,
    ) -> None:
        self.session, self.frame, self.arm = session, frame, arm
        self.place = Place()
        self.group: Group | None = None
        self.error: BaseException | None = None
        self.stream = TextStream()
        self._tail: concurrent.futures.Future[Any] | None = None
        self._lock = threading.Lock()
        self._turn: list[Pending] | None = None
        session.strands.append(self)
        if start is not None:
            self.submit(lambda: self._begin(start))

    # --- the chain of operations ----------------------------------------------------------------

    def submit(self, work: Callable[[], Awaitable[Any]]) -> concurrent.futures.Future[Any]:
        """Do `work` on the loop after everything that was submitted before, unless that failed."""
        with self._lock:
            before = self._tail
            self._tail = asyncio.run_coroutine_threadsafe(
                self._after(before, work), self.session.loop
            )
            return self._tail

    async def _after(
        self, before: concurrent.futures.Future[Any] | None, work: Callable[[], Awaitable[Any]]
    ) -> Any:
        if before is not None:
            await ended(before)
        if self.error is not None:
            raise self.error
        try:
            return await work()
        except asyncio.CancelledError:
            self.error = RunError("SGL3606", "the run was cancelled")
            raise
        except Exception as error:
            self.error = error
            raise

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

    async def _begin(self, start: Callable[[], Awaitable[tuple[Place, Group | None]]]) -> None:
        self.place, self.group = await start()
        if self.place.prompt is not None:
            self.frame.registers[PROMPT] = self.place.prompt

    def fork(self, size: int) -> list[Strand]:
        """New strands that begin where this one stands now."""
        self.flush()
        made: list[Group] = []

        async def snapshot() -> Place:
            return self.place

        here = self.submit(snapshot)

        async def start() -> tuple[Place, Group | None]:
            place = await asyncio.wrap_future(here)
            if not made:
                made.append(Group(place, self.group))
            return place, made[0] if size > 1 else self.group

        number = self.session.occurrence("fork", self.arm)
        frames = [Frame([None, None], self.frame.scope) for _ in range(size)]
        return [
            Strand(self.session, frame, (*self.arm, number, index), start)
            for index, frame in enumerate(frames)
        ]

    # --- operations -----------------------------------------------------------------------------

    def append(
        self, item: Appendable | str, span: SourceSpan | None, variable: Variable | None
    ) -> None:
        """Append one thing; a call binds `variable`."""
        if self._turn is not None and isinstance(item, str | GenMark):
            self._turn.append(Pending(item, span, variable))
            return
        self.flush()
        self.append_work(self._work(item, span, variable), variable)
        if self.session.spec_tokens and _opens_answer(item):
            self._turn = []

    def flush(self) -> None:
        """Send what an assistant turn has held back for one call."""
        turn, self._turn = self._turn, None
        if turn and can_speculate(turn):
            tokens = self.session.spec_tokens
            done = self.submit(lambda: speculate(self, turn, tokens))
            for pending in turn:
                if pending.variable is not None:
                    done.add_done_callback(partial(_fail, pending.variable))
            return
        for pending in turn or ():
            work = self._work(pending.item, pending.span, pending.variable)
            self.append_work(work, pending.variable)

    def append_work(self, work: Callable[[], Awaitable[None]], variable: Variable | None) -> None:
        """Do `work` in its turn; if it fails, so does reading `variable`."""
        done = self.submit(work)
        if variable is not None:
            done.add_done_callback(partial(_fail, variable))

    def _work(
        self, item: Appendable | str, span: SourceSpan | None, variable: Variable | None
    ) -> Callable[[], Awaitable[None]]:
        match item:
            case str():
                return lambda: self._text(item, span)
            case EdgeMark(role, edge):
                return lambda: self._edge(role, edge, span)
            case GenMark():
                return lambda: self._gen(item, span, variable)
            case SelectMark():
                return lambda: self._select(item, span, variable)
            case ImageMark(source):
                return lambda: self.execute(
                    ImageStep(PROMPT, Ref(PROMPT), Lit(str(source)), NODE), span
                )
            case _:
                raise TypeError(f"`s +=` does not take a {type(item).__name__}")

    async def _text(self, text: str, span: SourceSpan | None) -> None:
        literal = text in self.session.literals
        await self.execute(TextStep(PROMPT, Ref(PROMPT), text, NODE, plain=not literal), span)
        self.stream.write(text)

    async def _edge(self, role: Role, edge: str, span: SourceSpan | None) -> None:
        place, begins = self.place, edge == "begin"
        if begins and place.open is not None:
            raise RunError("SGL0591", f"a {role} turn inside a {place.open} turn", span=span)
        if not begins and place.open != role:
            raise RunError("SGL0591", f"the end of a {role} turn that is not open", span=span)
        if self.session.turns.is_missing:
            raise RunError(
                "SGL2202", "the model has no chat template, so turns can't be written", span=span
            )
        text = self.session.turns.text(place.before, role, begins)
        if text is None:
            step: Step = TurnStep(PROMPT, Ref(PROMPT), role, "begin" if begins else "end", NODE)
        else:
            mark = MarkSpan(0, len(text), role, "begin" if begins else "end")
            step = TextStep(PROMPT, Ref(PROMPT), text, NODE, marks=[mark])
        await self.execute(step, span, turns=True)
        opened, before = (role, place.before) if begins else (None, role)
        self.place = replace(self.place, open=opened, before=before)
        self.stream.write(text or "")

    async def _gen(self, mark: GenMark, span: SourceSpan | None, variable: Variable | None) -> None:
        name = mark.name or ""
        sampling = {**self.session.defaults, **mark.given}
        family = self.session.family(
            "gen", name, span, sampling=_listed(sampling), constraint=_triple(mark.constraint)
        )
        after = None if sampling.get("n") is not None else PROMPT
        await self._ask(
            GenStep(family.id, Ref(PROMPT), VALUE, after, None, self._indices(family)),
            name,
            variable,
        )

    async def _select(
        self, mark: SelectMark, span: SourceSpan | None, variable: Variable | None
    ) -> None:
        name = mark.name or ""
        family = self.session.family("select", name, span, method=mark.method)
        choices = Lit(list(mark.choices))
        step = SelectStep(family.id, Ref(PROMPT), choices, VALUE, PROMPT, self._indices(family))
        await self._ask(step, name, variable)

    def _indices(self, family: Family) -> list[Any]:
        return [Lit(each) for each in (*self.arm, self.session.occurrence(family.site, self.arm))]

    async def _ask(self, step: GenStep | SelectStep, name: str, variable: Variable | None) -> None:
        if self.group is not None:
            await self.group.send(self)
        catch = _Catch(self.session.run.sink)
        run = replace(self.session.run, sink=catch, listener=self._listener(name))
        try:
            await self.execute(step, None, run)
        finally:
            if variable is not None:
                variable.call = catch.call
        if variable is not None:
            variable.value.set_result(self.frame.registers[VALUE])
        joins = isinstance(step, SelectStep) or step.out_prompt is not None
        if not self.session.is_streaming and joins and catch.call:
            self.stream.write(catch.call.texts[0], name)
        self.stream.end(name)

    def _listener(self, name: str) -> Callable[[Delta], None] | None:
        if not self.session.is_streaming:
            return None

        def listen(delta: Delta) -> None:
            if delta.sample == 0 and delta.text:
                self.stream.write(delta.text, name)

        return listen

    async def execute(
        self, step: Step, span: SourceSpan | None, run: Run | None = None, turns: bool = False
    ) -> None:
        """Execute one step of a plan on this strand's prompt. `turns`: the prompt is a conversation."""
        try:
            if self.place.prompt is None:
                root = RootStep(PROMPT, not turns, ROOT)
                await run_steps(self.session.run, self.frame, [root])
            await run_steps(run or self.session.run, self.frame, [step])
        except RunError as error:
            error.located(span)
            raise
        self.place = replace(self.place, prompt=self.frame.registers[PROMPT])


async def ended(done: concurrent.futures.Future[Any]) -> None:
    """Wait until something is over, whether it failed or not."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    done.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
    await over.wait()


class _Catch:
    """A sink that remembers the last call that went through it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.call: CallRecord | None = None

    def add(self, record: Record) -> None:
        if isinstance(record, CallRecord):
            self.call = record
        self._sink.add(record)


def _opens_answer(item: object) -> bool:
    return isinstance(item, EdgeMark) and (item.role, item.edge) == ("assistant", "begin")


def _fail(variable: Variable, done: concurrent.futures.Future[Any]) -> None:
    """A call that failed, or was never reached, gives its error to those who wait for its value."""
    if not variable.value.done():
        error = (
            RunError("SGL3606", "the run was cancelled") if done.cancelled() else done.exception()
        )
        variable.value.set_exception(error or RunError("SGL3606", "the call gave no value"))


def flatten(what: Any) -> list[Appendable | str]:
    """The single things that an appended value consists of. Raises TypeError."""
    if isinstance(what, Joined):
        return [each for item in what.items for each in flatten(item)]
    if isinstance(what, str | Appendable):
        return [what]
    if isinstance(what, list | tuple):
        return [each for item in what for each in flatten(item)]
    raise TypeError(
        f"`s +=` takes text and what sglc's functions make, not a {type(what).__name__}"
    )


def _listed(sampling: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in sampling.items()}


def _triple(constraint: Constraint | None) -> tuple[str, str, str] | None:
    return (constraint.kind, constraint.text, constraint.style) if constraint else None
