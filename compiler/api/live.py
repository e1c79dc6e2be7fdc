"""Runs of functions in direct mode: the session, the state, and the thread that the function itself needs."""

from __future__ import annotations

import asyncio
import inspect
import secrets
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import CodeType
from typing import Any

from ...lang.python.calling import called
from ...lang.python.handed import tools_handed
from ...runtime.executor.instance import Frame, Run, Scope
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.schema import PLAN_VERSION, OddContent, Plan, PrefixNode, TargetInfo
from ...runtime.trace.records import Sink, Tee, Trace
from .definition import Definition, Job
from .endpoints import Endpoint
from .live_prompt import Place
from .session import NODE, ROOT, Session
from .state import State
from .strand import Strand
from .threads import in_this_context
from .turn_texts import TurnTexts


class LiveRun:
    """One run of a function in direct mode."""

    def __init__(
        self,
        definition: Definition,
        endpoint: Endpoint,
        job: Job,
        run_seed: int | None,
        is_streaming: bool = False,
        row: int = 0,
        sink: Sink | None = None,
    ) -> None:
        self._definition, self._endpoint, self._job = definition, endpoint, job
        self.session = make_session(definition, endpoint, job, sink, run_seed, is_streaming)
        self.state = State(Strand(self.session, new_frame(definition, row)))
        self._raised: BaseException | None = None

    def start(self, in_thread: bool) -> Callable[[], None]:
        """Run the function, here or in a thread of its own; what waits for the end of everything."""
        if not in_thread:
            return self.run
        work = in_this_context(self._run_quietly)
        thread = threading.Thread(target=work, name="sglc-stream", daemon=True)
        self.state.variables.owner = thread
        thread.start()

        def wait() -> None:
            thread.join()
            if self._raised is not None:
                raise self._raised

        return wait

    def run(self) -> None:
        """Run the function and wait for everything that it appended; Ctrl-C gives up what is under way."""
        try:
            self._call()
            self.state.variables.release()
            self._endpoint.loop.run(self.session.settle())
        except BaseException as error:
            self.session.cancel()
            self._close(error)
            raise
        self._close(self._raised)
        if self._raised is not None and self._raised is not self.session.error:
            raise self._raised

    def _call(self) -> None:
        """Run the function; an exception of its own is kept until all that it appended is over."""
        try:
            found = self._job.call(self._definition.function, self.state)
            self.state.ret_value = outcome(found) if inspect.iscoroutine(found) else found
        except Exception as error:
            self._raised = error

    def _close(self, raised: BaseException | None) -> None:
        """End the streams: the first strand's with what the function raised."""
        failed = raised or self.session.error
        self.state.variables.release()
        for strand in list(self.session.strands):
            is_first = strand is self.session.strands[0]
            strand.stream.close(strand.error or (failed if is_first else None))

    def _run_quietly(self) -> None:
        try:
            self.run()
        except BaseException as error:
            self._raised = error


def outcome(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What an `async def` program returns, from its own event loop; in a thread where one runs here already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1, thread_name_prefix="sglc-async") as pool:
        return pool.submit(asyncio.run, coroutine).result()


def make_session(
    definition: Definition,
    endpoint: Endpoint,
    job: Job,
    sink: Sink | None,
    run_seed: int | None,
    is_streaming: bool = False,
    whole_render: bool = False,
) -> Session:
    """A session on the endpoint's loop, with the endpoint's own limits.

    `whole_render`: each call renders the whole conversation, as the prompt that it goes on from does.
    """
    tools = [tool.schema for tool in tools_handed(definition.function)]
    turns = TurnTexts(endpoint.target.template, whole_render or bool(tools))
    trace = Trace()
    run = Run.of(
        _plan(definition.name, endpoint, turns),
        backend=endpoint.backend,
        target=endpoint.target,
        hosts={},
        sink=Tee(trace, *([sink] if sink else [])),
        limit=endpoint.limit,
        warming=endpoint.warming,
        pool=endpoint.pool,
        run_seed=secrets.randbits(62) if run_seed is None else run_seed,
    )
    return Session(
        run,
        endpoint.loop.loop,
        definition.name,
        job.defaults,
        turns,
        trace,
        literals_of(definition.function),
        is_streaming,
        (definition.num_api_spec_tokens or 0) if endpoint.is_chat else 0,
        partial(called, definition.function),
        tools,
    )


def strand_on(
    definition: Definition,
    endpoint: Endpoint,
    job: Job,
    prompt: PromptState | None,
    whole_render: bool,
) -> Strand:
    """A strand in direct mode that goes on from a prompt, rendered whole per call if that is."""
    session = make_session(definition, endpoint, job, None, None, whole_render=whole_render)
    strand = Strand(session, new_frame(definition, 0))
    if prompt is not None:
        roles = [message.role for message in prompt.messages]
        is_open = bool(prompt.messages) and prompt.messages[-1].open
        closed: Any = roles[:-1] if is_open else roles
        place = Place(prompt, roles[-1] if is_open else None, closed[-1] if closed else None)  # type: ignore[arg-type]
        strand.prompt.stand_at(place)
    return strand


def new_frame(definition: Definition, row: int) -> Frame:
    """The frame of a strand: registers for its prompt and its last value."""
    return Frame([None, None], Scope(row, (definition.name,)))


def _plan(name: str, endpoint: Endpoint, turns: TurnTexts) -> Plan:
    """The plan of a program that is not known yet: two prefix nodes and nothing else."""
    target = endpoint.target
    info = TargetInfo(
        target.name,
        target.tokenizer.digest,
        target.template_digest,
        target.tokenizer.approximate,
        not turns.composes,
        odd=[OddContent(odd.role, odd.kind, odd.marker) for odd in turns.odd],
    )
    nodes = [PrefixNode(ROOT, "root", [], None), PrefixNode(NODE, "text", [ROOT], None)]
    return Plan(PLAN_VERSION, info, name, [], nodes, [])


def literals_of(function: Callable[..., Any]) -> frozenset[str]:
    """The texts that stand in a function's source, those of functions inside it included."""
    found: set[str] = set()
    codes: list[CodeType] = [function.__code__] if hasattr(function, "__code__") else []
    while codes:
        for constant in codes.pop().co_consts:
            if isinstance(constant, CodeType):
                codes.append(constant)
            elif isinstance(constant, str):
                found.add(constant)
            elif isinstance(constant, tuple | frozenset):
                found.update(each for each in constant if isinstance(each, str))
    return frozenset(found)
