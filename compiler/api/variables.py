"""The variables of a program's state: each is bound once or many times, and can be waited for.

A variable that an operation under way will bind is *pending*: reading it waits. What no operation binds
is a KeyError that names what is close.
"""

from __future__ import annotations

import concurrent.futures
import difflib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...runtime.plan.schema import SourceSpan
from ...runtime.trace.records import CallRecord


@dataclass(slots=True)
class Variable:
    """One variable. `call` is the trace record behind it; `schema` the pydantic class of its gen."""

    value: concurrent.futures.Future[Any]
    span: SourceSpan | None = None
    call: CallRecord | None = None
    schema: type | None = None


@dataclass(slots=True)
class Variables:
    """Variables by name, in order of first binding. Safe under threads.

    While a function runs in a thread of its own (`owner`), others wait for names that it may still bind.
    `joined`: those that a join has bound, so that another one leaves them as they are.
    """

    _found: dict[str, Variable] = field(default_factory=dict)
    _lock: threading.Condition = field(default_factory=threading.Condition)
    owner: threading.Thread | None = None
    joined: set[str] = field(default_factory=set)

    def release(self) -> None:
        """The function is over: no further names will come."""
        with self._lock:
            self.owner = None
            self._lock.notify_all()

    def _await(self, name: object) -> None:
        """Wait, in any thread but the owner's, until a name is there or none will come."""
        if self.owner is not None and threading.current_thread() is not self.owner:
            self._lock.wait_for(lambda: name in self._found or self.owner is None)

    def expect(
        self, name: str, span: SourceSpan | None = None, schema: type | None = None
    ) -> Variable:
        """A new pending variable; it hides an older one of the name."""
        variable = Variable(concurrent.futures.Future(), span, schema=schema)
        with self._lock:
            self._found[name] = variable
            self.joined.discard(name)
            self._lock.notify_all()
        return variable

    def bind(
        self, name: str, value: Any, call: CallRecord | None = None, span: SourceSpan | None = None
    ) -> None:
        """Bind a name to a value."""
        variable = self.expect(name, span)
        variable.call = call
        variable.value.set_result(value)

    def join(self, name: str, variable: Variable) -> None:
        """Take over a variable of arms."""
        with self._lock:
            self._found[name] = variable
            self.joined.add(name)
            self._lock.notify_all()

    def get(self, name: str) -> Variable:
        """The variable of that name. Raises KeyError."""
        with self._lock:
            self._await(name)
            if name not in self._found:
                raise KeyError(self._unknown(name))
            return self._found[name]

    def fail(self, error: BaseException) -> None:
        """What is still pending will never come."""
        for variable in list(self._found.values()):
            if not variable.value.done():
                variable.value.set_exception(error)

    def copy(self) -> Variables:
        """The same variables, for an arm that binds for itself."""
        with self._lock:
            return Variables(dict(self._found), joined=set(self.joined))

    def __contains__(self, name: object) -> bool:
        with self._lock:
            self._await(name)
            return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._found))

    def _unknown(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._found, 1)
        listed = ", ".join(f"`{each}`" for each in self._found) or "none"
        hint = f"a variable `{close[0]}` exists" if close else f"bound are: {listed}"
        return f"`{name}` is not bound; {hint}"
