"""`State`: what a Python program holds as `s`, and what running it gives back.

The names are SGLang's. A state of direct mode appends to its strand; a state of a compiled run shows
what the run gave, and goes on in direct mode when it is appended to.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from ...ir.ops import Role
from ...ir.target import Tokenizer
from ...lang.python.surface import EdgeMark, GenMark, SelectMark, caller, system
from ...lang.python.surface import assistant as assistant_turn
from ...lang.python.surface import tool as tool_turn
from ...lang.python.surface import user as user_turn
from ...lang.python.thinking import reasoning_name
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.schema import SourceSpan
from ...runtime.trace.records import CallRecord, Trace
from .callers import caller_span
from .forks import Forks
from .meta import meta_info, parsed_value, shown_messages
from .operations import flatten
from .strand import Strand, append_strands
from .stream_executor import StreamExecutor
from .streams import Chunk, TextStream
from .variables import Variable, Variables

_TURNS = {"system": system, "user": user_turn, "assistant": assistant_turn, "tool": tool_turn}


class Finished(Protocol):
    """A compiled run, under way or over. `thaw` gives a strand that goes on from its prompt."""

    variables: Variables
    stream: TextStream
    tokenizer: Tokenizer | None
    error: BaseException | None
    trace: Trace

    def sync(self) -> None:
        """Wait for it."""
        ...

    def prompt(self) -> PromptState | None:
        """Its final prompt."""
        ...

    def text(self) -> str:
        """It as text."""
        ...

    def thaw(self) -> Strand:
        """Go on in direct mode."""
        ...


class State:
    """The state of a program: a prompt that grows, and variables.

    Reading a variable waits for it; appending never waits.
    """

    def __init__(
        self,
        strand: Strand | None,
        run: Finished | None = None,
        variables: Variables | None = None,
        over: concurrent.futures.Future[None] | None = None,
    ) -> None:
        self._strand, self._run = strand, run
        self.over = over  # the end of a compiled run, for those who wait without a thread
        self.variables = variables or (run.variables if run else Variables())
        self._unnamed = 0
        self._inherited = self.variables.copy() if variables else Variables()
        self.ret_value: Any = None

    # --- appending ------------------------------------------------------------------------------

    def __iadd__(self, what: Any) -> State:
        span, strand = caller_span(), self._live()
        for item in flatten(what):
            strand.append(item, span, self._expected(item, span))
        return self

    def _live(self) -> Strand:
        """The strand to append to; a compiled run is waited for and goes on in direct mode."""
        if self._strand is None:
            assert self._run is not None
            self._strand = self._run.thaw()
        return self._strand

    def _expected(self, item: Any, span: SourceSpan | None) -> Variable | None:
        """The variable that a call will bind; a call without a name gets one of its own."""
        if not isinstance(item, GenMark | SelectMark):
            return None
        name = item.name
        if name is None:
            name, self._unnamed = f"gen_{self._unnamed}", self._unnamed + 1
        schema = item.schema if isinstance(item, GenMark) else None
        return self.variables.expect(name, span, schema)

    def system(self, expr: Any = None) -> Any:
        """A system turn: around `expr`, or around a `with` block."""
        return self._turn("system", expr)

    def user(self, expr: Any = None) -> Any:
        """A user turn: around `expr`, or around a `with` block."""
        return self._turn("user", expr)

    def assistant(self, expr: Any = None) -> Any:
        """An assistant turn: around `expr`, or around a `with` block."""
        return self._turn("assistant", expr)

    def tool(self, expr: Any = None) -> Any:
        """A turn of a tool: around `expr`, or around a `with` block."""
        return self._turn("tool", expr)

    def _turn(self, role: Role, expr: Any) -> Any:
        if expr is None:
            return self._turn_block(role)
        self += _TURNS[role](expr)
        return None

    @contextmanager
    def _turn_block(self, role: Role) -> Iterator[None]:
        self.__iadd__(EdgeMark(role, "begin"))
        yield
        self.__iadd__(EdgeMark(role, "end"))

    def var_scope(self, name: str) -> AbstractContextManager[None]:
        """Everything that is appended inside, as the text of a variable."""
        return self._var_scope(name)

    @contextmanager
    def _var_scope(self, name: str) -> Iterator[None]:
        strand, variable = self._live(), self.variables.expect(name, caller_span())

        async def length() -> int:
            return len(strand.prompt.place.prompt.text) if strand.prompt.place.prompt else 0

        async def bind(start: concurrent.futures.Future[int]) -> None:
            text = strand.prompt.place.prompt.text if strand.prompt.place.prompt else ""
            variable.value.set_result(text[start.result() :])

        strand.flush()
        start = strand.submit(length)
        yield
        strand.flush()
        strand.append_work(lambda: bind(start), variable)

    # --- variables ------------------------------------------------------------------------------

    def own_names(self) -> list[str]:
        """The names that an arm itself has bound, since it left its parent."""
        was, now = self._inherited, self.variables
        return [name for name in now if name not in was or now.get(name) is not was.get(name)]

    def __getitem__(self, name: str) -> Any:
        return self.get_var(name)

    def get_var(self, name: str) -> Any:
        """The value of a variable; waits for it. Raises KeyError, or the error that kept it from being bound."""
        self._await_names(name)
        return self.variables.get(name).value.result()

    def __setitem__(self, name: str, value: Any) -> None:
        self.set_var(name, value)

    def set_var(self, name: str, value: Any) -> None:
        """Bind a variable."""
        self.variables.bind(name, value, span=caller_span())

    def __contains__(self, name: object) -> bool:
        self._await_names(name)
        return name in self.variables

    def _await_names(self, name: object) -> None:
        """Send what is held back; a compiled run says only at its end which names it has bound."""
        if self._strand is not None:
            self._strand.flush()
            if self._strand.error is not None and name not in self.variables:
                raise self._strand.error
        if self._run is not None and name not in self.variables:
            self._run.sync()
            if self._run.error is not None and name not in self.variables:
                raise self._run.error

    def keys(self) -> list[str]:
        """The names that are bound, in order of first binding."""
        self.sync()
        return list(self.variables)

    # --- the prompt -----------------------------------------------------------------------------

    def sync(self) -> None:
        """Wait for everything that was appended."""
        if self._strand is not None:
            self._strand.sync()
        elif self._run is not None:
            self._run.sync()

    def give_up(self) -> None:
        """Stop what is under way: what was appended and not done yet fails."""
        if self._strand is not None:
            self._strand.session.cancel()
        elif self.over is not None:
            self.over.cancel()

    def _prompt(self) -> PromptState | None:
        self.sync()
        if self._strand is not None:
            return self._strand.prompt.place.prompt
        return self._run.prompt() if self._run is not None else None

    def text(self) -> str:
        """The whole prompt as text, turn markers included."""
        self.sync()
        if self._strand is not None:
            return self._strand.prompt.text()
        return self._run.text() if self._run is not None else ""

    def messages(self) -> list[dict[str, str]]:
        """The turns of the prompt."""
        prompt = self._prompt()
        return shown_messages(prompt.messages) if prompt else []

    def error(self) -> BaseException | None:
        """What went wrong here or in an arm, with its place in the program; None when nothing did."""
        self.sync()
        if self._strand is not None:
            return self._strand.error or self._strand.session.error
        return self._run.error if self._run is not None else None

    # --- forks ----------------------------------------------------------------------------------

    def fork(self, size: int = 1, position_ids_offset: list[int] | None = None) -> Forks[State]:
        """`size` arms that go on from here; they run at once. `position_ids_offset` never had an effect."""
        del position_ids_offset
        return self._fork(size)

    def _fork(self, size: int, is_copy: bool = False) -> Forks[State]:
        strands = self._live().fork(size, caller())
        arms = [State(strand, variables=self.variables.copy()) for strand in strands]
        return Forks(arms, self, is_copy)

    @contextmanager
    def copy(self, position_ids_offset: list[int] | None = None) -> Iterator[State]:
        """One arm, as a `with` block, that is joined at its end."""
        del position_ids_offset
        forks = self._fork(1, is_copy=True)
        try:
            yield forks[0]
        finally:
            forks.join()

    def join(self, forks: Forks[State]) -> None:
        """Bind here what the arms have bound: by one of them its value, by several a list in arm order."""
        forks.join()

    def append_arms(self, arms: Sequence[State]) -> None:
        """Append what was appended to arms of this state since they left it, in order."""
        strand, others = self._live(), [arm._live() for arm in arms]
        for other in others:
            other.flush()
        strand.flush()
        strand.append_work(lambda: append_strands(strand.prompt, others), None)

    def thinking(self, name: str) -> str:
        """What was thought before the answer that a variable has. Raises KeyError."""
        return self.get_var(reasoning_name(name))

    # --- what is known of calls -----------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        """The records of the whole run, arms included, in the order in which they ended."""
        self.sync()
        records = list(self._run.trace.records) if self._run is not None else []
        if self._strand is not None:
            records += self._strand.session.trace.records
        return Trace(records)

    @property
    def stream_executor(self) -> StreamExecutor:
        """What programs written for SGLang read of a state behind its back."""
        return StreamExecutor(self)

    def _call(self, name: str) -> CallRecord | None:
        """The call that bound a variable; while a run is under way, the last one of that name that is over."""
        said = self._stream.latest(name) if name not in self.variables else None
        if said is not None and said.is_last:
            return said.call
        self.get_var(name)
        return self.variables.get(name).call

    def meta(self, name: str) -> CallRecord | None:
        """The trace record of the call that bound a variable."""
        return self._call(name)

    def get_meta_info(self, name: str) -> Any:
        """What SGLang's servers say of a call: token counts, finish reason, log probabilities.

        A dictionary, or of several samples a list of one each; None for what no call has bound.
        """
        call = self._call(name)
        found = meta_info(call, self._decode) if call else None
        thought = reasoning_name(name)
        if isinstance(found, dict) and thought in self.variables:
            found["reasoning_tokens"] = self.get_meta_info(thought)["completion_tokens"]
        return found

    def meta_so_far(self, name: str) -> Any:
        """As `get_meta_info`, of a call that is under way as far as it has come."""
        said = self._stream.latest(name)
        call = said.call if said is not None else None
        return meta_info(call, self._decode) if call else self.get_meta_info(name)

    def _decode(self, ids: Sequence[int]) -> str | None:
        tokenizer = self._tokenizer()
        return tokenizer.decode(tuple(ids)) if tokenizer else None

    def _tokenizer(self) -> Tokenizer | None:
        if self._strand is not None:
            return self._strand.session.run.target.tokenizer
        return self._run.tokenizer if self._run is not None else None

    def parsed(self, name: str, schema: type | None = None) -> Any:
        """The value of a JSON variable, as the pydantic class of its gen if it had one."""
        value = self.get_var(name)
        return parsed_value(value, schema or self.variables.get(name).schema)

    # --- streaming ------------------------------------------------------------------------------

    @property
    def _stream(self) -> TextStream:
        if self._run is not None and self._strand is None:
            return self._run.stream
        return self._live().stream

    def text_iter(
        self, var_name: str | None = None, return_meta_data: bool = False
    ) -> Iterator[Any]:
        """The prompt, or one variable, as it comes; with `return_meta_data` as `text_async_iter` has it."""
        for chunk in self._stream.read(var_name):
            yield from self._shown(chunk, return_meta_data)

    async def text_async_iter(
        self, var_name: str | None = None, return_meta_data: bool = False
    ) -> AsyncIterator[Any]:
        """As `text_iter`, for coroutines.

        With `return_meta_data`, pairs of text and what is known of the call by then: its tokens so far, and from its
        end on, which has a pair of its own, why it ended. What the program wrote itself has an empty dictionary.
        """
        async for chunk in self._stream.read_async(var_name):
            for each in self._shown(chunk, return_meta_data):
                yield each

    def _shown(self, chunk: Chunk, with_meta: bool) -> list[Any]:
        """What a reader of a stream gets of a chunk."""
        if with_meta:
            told = meta_info(chunk.call, self._decode) if chunk.call else {}
            return [(chunk.text, told)] if chunk.text or chunk.call else []
        return [chunk.text] if chunk.text else []

    def __repr__(self) -> str:
        return f"State({self.text()!r})"
