"""`function` and `Program`: the public face of programs written in Python.

A program is compiled once per target and argument types; what can't be compiled runs in direct mode, with
a warning that says what was lost. Both modes give the same state.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, overload

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...ir.sampling import SAMPLING_FIELDS
from ...lang.python.carriers import holds_marks, reads_marks
from ...lang.python.surface import ALIASES, IGNORED, sampling_given
from ...runtime.executor.asking.rendering import shown_text
from ..console.progress import Progress
from .batches import Rows, run_batch
from .compiled import Compiled, CompiledRun, run_compiled, type_of
from .definition import Definition, Job
from .endpoints import Endpoint, default_backend
from .live import LiveRun, strand_on
from .state import State
from .threads import OwnThreads, WaitingThread

if TYPE_CHECKING:
    from ..driver.compilation import Build

RUN_DEFAULTS: Mapping[str, Any] = {"max_tokens": 128, "temperature": 1.0}
"""What a gen that names nothing is asked with: SGLang's. Everything else as in `Sampling`."""
DIRECT_THREADS = 8
"""Threads in which functions that run in direct mode wait; their calls and arms need none."""
_RUN_NAMES = frozenset({*SAMPLING_FIELDS, *ALIASES, *IGNORED} - {"thinking"})


class Program:
    """A function over a prompt state. Calling it runs it; with a state as first argument it is inlined."""

    __name__: str

    def __init__(
        self,
        function: Callable[..., Any],
        num_api_spec_tokens: int | None = None,
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        parameters = list(inspect.signature(function).parameters.values())
        if not parameters:
            raise TypeError(
                f"`{function.__name__}` needs a first parameter for the prompt state: `s`"
            )
        self.function = function
        self.name: str = getattr(function, "__name__", "program")
        self.num_api_spec_tokens = num_api_spec_tokens
        self._definition = Definition(self.name, function, num_api_spec_tokens)
        self.bound: Mapping[str, Any] = dict(bound or {})
        self._signature = inspect.Signature(parameters[1:])
        self._compiled: dict[Any, Compiled | None] = {}
        self._lock = threading.Lock()
        functools.update_wrapper(self, function)

    # --- running --------------------------------------------------------------------------------

    def run(
        self,
        *args: Any,
        backend: Endpoint | None = None,
        stream: bool = False,
        use_thread: bool = True,
        run_seed: int | None = None,
        mode: str = "auto",
        **kwargs: Any,
    ) -> State:
        """Run once. Sampling parameters are defaults for gens that do not name their own.

        With `stream` it returns at once, and the state is read while it grows. An error of a model call
        is the state's `error()`; an exception of the function's own code is raised. Without `run_seed` each run
        samples anew. `mode`: "auto", "compiled" or "direct".
        """
        del use_thread  # there is no other way; the name is accepted
        endpoint, job = backend or default_backend(), self._job(args, kwargs)
        state, wait = self._start(endpoint, job, run_seed, stream, mode, others_wait=stream)
        if not stream:
            wait()
        return state

    async def run_async(
        self,
        *args: Any,
        backend: Endpoint | None = None,
        stream: bool = False,
        run_seed: int | None = None,
        mode: str = "auto",
        **kwargs: Any,
    ) -> State:
        """As `run`, from a coroutine of any event loop. Cancelling it stops the requests that are under way."""
        endpoint, job = backend or default_backend(), self._job(args, kwargs)
        starting = asyncio.ensure_future(
            asyncio.to_thread(self._start, endpoint, job, run_seed, stream, mode)
        )
        try:
            state, wait = await asyncio.shield(starting)
            if stream:
                return state
            if state.over is None:
                await asyncio.to_thread(wait)
            else:
                await asyncio.wrap_future(state.over)
                wait()
        except asyncio.CancelledError:
            with suppress(Exception):  # of a start that failed, which nobody asks about any more
                (await starting)[0].give_up()
            raise
        return state

    def run_batch(
        self,
        batch_kwargs: Sequence[Mapping[str, Any] | Sequence[Any]],
        *,
        backend: Endpoint | None = None,
        num_threads: int | str = "auto",
        progress_bar: bool = False,
        generator_style: bool = False,
        run_seed: int | None = None,
        mode: str = "auto",
        **kwargs: Any,
    ) -> list[State] | Iterator[State]:
        """Run for each set of arguments, all at once; states in the order of the arguments.

        A row that fails is a state with an `error()`; the others are unaffected. `num_threads` bounds only the
        threads of direct mode.
        """
        endpoint = backend or default_backend()
        jobs = [self._row(number, given, kwargs) for number, given in enumerate(batch_kwargs)]
        progress = Progress(len(jobs), self.name, None if progress_bar else False)
        threads = DIRECT_THREADS if num_threads == "auto" else max(1, int(num_threads))
        states = run_batch(
            Rows(self._definition, self._find, self._instance),
            endpoint,
            jobs,
            run_seed,
            mode,
            min(threads, DIRECT_THREADS),
            progress,
        )
        return states if generator_style else list(states)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it; or, in another program's function, go on with that program's state."""
        if args and isinstance(args[0], State):
            return self.function(*args, **{**self.bound, **kwargs})
        return self.run(*args, **kwargs)

    def bind(self, **kwargs: Any) -> Program:
        """The same program with some arguments fixed; everything else about it stays."""
        return Program(self.function, self.num_api_spec_tokens, {**self.bound, **kwargs})

    # --- compiling ------------------------------------------------------------------------------

    def compile(self, *args: Any, backend: Endpoint | None = None, **kwargs: Any) -> Build:
        """Everything that compilation makes, for these arguments, or for empty texts. Raises CompileFailed."""
        from .lowering import compile_strictly

        endpoint = backend or default_backend()
        given = kwargs if args else {**self.blank_arguments(), **kwargs}
        return compile_strictly(self._definition, self._job(args, given), endpoint).build

    def trace(self, *args: Any, backend: Endpoint | None = None, **kwargs: Any) -> str:
        """The program as IR: every arm and loop of it, without asking anything."""
        from ...ir.text.printer import print_module

        return print_module(self.compile(*args, backend=backend, **kwargs).lowered)

    def explain(self, *args: Any, backend: Endpoint | None = None, **kwargs: Any) -> str:
        """What will be shared, as text."""
        from .lowering import explained

        return explained(self.compile(*args, backend=backend, **kwargs))

    def cache(self, backend: Endpoint | None = None, **kwargs: Any) -> int:
        """Have the static head of the prompt computed ahead of time; its length in tokens."""
        from .lowering import warm

        endpoint = backend or default_backend()
        build = self.compile(backend=endpoint, **kwargs)
        return warm(build, endpoint)

    def blank_arguments(self) -> dict[str, Any]:
        """Arguments that stand for ones that are not known: an empty text for each that is needed."""
        empty = inspect.Parameter.empty
        several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        parameters = [p for p in self._signature.parameters.values() if p.kind not in several]
        needed = (p for p in parameters if p.default is empty)
        return {p.name: "" for p in needed if p.name not in self.bound}

    def _repr_html_(self) -> str:
        """The plan, for notebooks; the signature where there is no plan yet."""
        from .lowering import shown_html

        def compile(backend: Endpoint) -> Build:
            return self.compile(backend=backend)

        return shown_html(repr(self), compile)

    def __repr__(self) -> str:
        return f"<program {self.name}{self._signature}>"

    # --- inside ---------------------------------------------------------------------------------

    def _job(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Job:
        """Sort arguments from sampling parameters. Raises TypeError."""
        own = self._signature.parameters
        sampling = {n: v for n, v in kwargs.items() if n in _RUN_NAMES and n not in own}
        named = {n: v for n, v in kwargs.items() if n not in sampling}
        bound = {n: v for n, v in self.bound.items() if n not in named}
        try:
            given = self._signature.bind(*args, **{**bound, **named})
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}") from None
        given.apply_defaults()
        return Job(given, {**RUN_DEFAULTS, **_run_sampling(sampling)})

    def _row(
        self, number: int, given: Mapping[str, Any] | Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Job:
        """The job of a row, whose arguments come by name or by position. Raises TypeError with the row's number."""
        try:
            if isinstance(given, Mapping):
                return self._job((), {**given, **kwargs})
            wanted = [name for name in self._signature.parameters if name not in self.bound]
            if isinstance(given, str) or len(given) != len(wanted):
                raise TypeError(f"{self.name} takes {len(wanted)} arguments, not {len(given)}")
            return self._job((), {**dict(zip(wanted, given, strict=True)), **kwargs})
        except TypeError as error:
            raise TypeError(f"row {number}: {error}") from None

    def _start(
        self,
        endpoint: Endpoint,
        job: Job,
        run_seed: int | None,
        stream: bool,
        mode: str,
        row: int = 0,
        others_wait: bool = True,
    ) -> tuple[State, Callable[[], None]]:
        """A state under way, and what waits for its end. `others_wait`: not the thread that calls this."""
        if inspect.isgeneratorfunction(self.function) or inspect.isasyncgenfunction(self.function):
            raise TypeError(
                f"`{self.name}` is a generator: a program appends to its state and returns"
            )
        compiled = self._find(endpoint, job, mode)
        if compiled is None:
            live = LiveRun(self._definition, endpoint, job, run_seed, stream, row)
            return live.state, live.start(in_thread=stream)
        run = self._instance(endpoint, job, compiled)
        threads = OwnThreads() if others_wait else WaitingThread()
        work = run_compiled(
            compiled,
            endpoint,
            {row: (job.args, run)},
            run_seed=run_seed,
            run_piece=threads,
            is_streaming=stream,
        )
        future = threads.follow(endpoint.loop.start(threads.begin(work)))
        state = State(None, run, over=future)

        def wait() -> None:
            try:
                threads.serve(future)
                future.result()
            except BaseException:
                future.cancel()
                raise
            state.ret_value = run.returned
            if isinstance(run.error, Exception) and not hasattr(run.error, "span"):
                raise run.error

        return state, wait

    def _instance(self, endpoint: Endpoint, job: Job, compiled: Compiled) -> CompiledRun:
        schemas, whole = compiled.lowered.schemas, compiled.build.plan.target.whole_render
        return CompiledRun(
            lambda prompt: strand_on(self._definition, endpoint, job, prompt, whole),
            lambda prompt: shown_text(whole, endpoint.target.template, prompt),
            schemas=schemas,
            tokenizer=endpoint.target.tokenizer,
        )

    def _find(self, endpoint: Endpoint, job: Job, mode: str) -> Compiled | None:
        """The compiled program for this target and these types; None for direct mode."""
        from .lowering import compile_function

        if mode not in ("auto", "compiled", "direct"):
            raise ValueError(f"mode is auto, compiled or direct, not {mode!r}")
        if mode == "direct" or (self.num_api_spec_tokens and endpoint.is_chat):
            return None
        if any(map(holds_marks, job.args.values())) or reads_marks(self.function):
            return self._refused(mode)
        key = compile_key(endpoint, job)
        with self._lock:
            found = self._compiled.get(key)
            if key not in self._compiled or (found is not None and found.lowered.is_stale()):
                found = self._compiled[key] = compile_function(self._definition, job, endpoint)
        if found is None and mode == "compiled":
            from .lowering import compile_strictly

            return compile_strictly(self._definition, job, endpoint)
        return found

    def _refused(self, mode: str) -> None:
        """What waits somewhere to be appended is appended in direct mode."""
        headline = f"`{self.name}` is given something to append that is no text"
        helps = ("a helper that takes the state and appends to it can be compiled",)
        refusal = Diagnostic("SGL0503", headline, helps=helps)
        if mode == "compiled":
            raise CompileFailed([refusal])
        from .lowering import warn_of_direct_mode

        warn_of_direct_mode(self._definition, (refusal,))


@overload
def function(func: Callable[..., Any], num_api_spec_tokens: int | None = None) -> Program: ...


@overload
def function(
    func: None = None, num_api_spec_tokens: int | None = None
) -> Callable[[Callable[..., Any]], Program]: ...


def function(
    func: Callable[..., Any] | None = None, num_api_spec_tokens: int | None = None
) -> Program | Callable[[Callable[..., Any]], Program]:
    """Make a program of a function whose first parameter is the prompt state.

    `num_api_spec_tokens`: on a chat API, the gens of one assistant turn become one call of that many tokens.
    """
    if func is None:
        return lambda function: Program(function, num_api_spec_tokens)
    return Program(func, num_api_spec_tokens)


def compile_key(endpoint: Endpoint, job: Job) -> Any:
    """What a compiled program depends on besides its source."""
    types = tuple((name, type_of(value)) for name, value in job.args.items())
    target = endpoint.target
    defaults = tuple(sorted(job.defaults.items(), key=lambda pair: pair[0]))
    return target.tokenizer.digest, target.template_digest, types, defaults


def _run_sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    """Run-level parameters; `n=1` there means what leaving it out means."""
    found = sampling_given(given)
    if found.get("n") == 1:
        del found["n"]
    return found
