"""The arms of a fork as the Python front end shows them, and what joining them binds."""

from __future__ import annotations

import concurrent.futures
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from ...runtime.plan.errors import RunError
from .callers import caller_span
from .variables import Variable, Variables

TAKEN = "`{}` keeps what the first join bound it to; another name in the arm keeps both"
"""What is said where a join, in a loop, binds a name again."""


class Arm(Protocol):
    """What a fork knows of an arm, and of the state that it left."""

    variables: Variables

    def own_names(self) -> list[str]:
        """The names that it has bound since it left its parent."""
        ...

    def __iadd__(self, what: Any) -> Any:
        """Append to it."""
        ...

    def append_arms(self, arms: Sequence[Any]) -> None:
        """Append what was appended to arms of it since they left it."""
        ...


ArmState = TypeVar("ArmState", bound=Arm)


class Forks(Sequence[ArmState]):
    """The arms of a fork, or (`is_copy`) the one of a `with s.copy()`."""

    def __init__(self, states: list[ArmState], parent: Arm, is_copy: bool = False) -> None:
        self._states, self._parent, self._is_copy = states, parent, is_copy

    def __getitem__(self, index: Any) -> Any:
        return self._states[index]

    def __setitem__(self, index: int, state: ArmState) -> None:
        """`forks[i] += x` ends with this; the arm is the one that was there."""
        if self._states[index] is not state:
            raise TypeError("an arm of a fork can be appended to, not replaced")

    def __len__(self) -> int:
        return len(self._states)

    def __iadd__(self, what: Callable[[int], Any] | Sequence[Any] | Any) -> Forks[ArmState]:
        """Append to every arm: the same thing, one of a list or tuple each, or what a function of the index gives."""
        for index, state in enumerate(self._states):
            if callable(what):
                state += what(index)
            elif isinstance(what, list | tuple):
                state += what[index]
            else:
                state += what
        return self

    def join(self, mode: str = "gather_variable") -> None:
        """Bind in the parent what the arms have bound, or append there what was appended to them.

        Raises RunError (SGL0592) when the parent itself has bound a name; one that an earlier join has bound there
        stays, with a warning. `mode` is `gather_variable` or `concate_and_append`.
        """
        if mode == "concate_and_append":
            self._parent.append_arms(self._states)
            return
        if mode != "gather_variable":
            raise ValueError(f"a join gathers variables or appends text: no mode `{mode}`")
        names = dict.fromkeys(name for state in self._states for name in state.own_names())
        for name in names:
            found = [
                state.variables.get(name) for state in self._states if name in state.own_names()
            ]
            if name in self._parent.variables:
                self._taken(name, found[0])
                continue
            one_of_many = len(found) == 1 and len(self._states) > 1
            self._parent.variables.join(name, found[0] if one_of_many else _gathered(found))

    def _taken(self, name: str, arm: Variable) -> None:
        """A name that the parent has: it stays where a join or a copy binds it again."""
        if name in self._parent.variables.joined:
            warnings.warn(TAKEN.format(name), stacklevel=_outside())
            return
        if self._is_copy:
            return
        first = self._parent.variables.get(name).span
        where = f", where {first.file}:{first.line} has bound it" if first else ""
        raise RunError(
            "SGL0592",
            f"an arm binds `{name}`, which is bound before the fork{where}",
            "another name in the arm keeps both",
            arm.span,
        )


def _outside() -> int:
    """How many frames up the user's own line is."""
    span, level = caller_span(), 1
    while span is not None and sys._getframe(level).f_code.co_filename != span.file:
        level += 1
    return level


def _gathered(found: list[Variable]) -> Variable:
    """A variable that is the list of others, once all are there."""
    whole = Variable(concurrent.futures.Future(), found[0].span, schema=found[0].schema)

    def check(_: object) -> None:
        if all(each.value.done() for each in found) and not whole.value.done():
            failed = next((e for each in found if (e := each.value.exception())), None)
            if failed is not None:
                whole.value.set_exception(failed)
            else:
                whole.value.set_result([each.value.result() for each in found])

    for each in found:
        each.value.add_done_callback(check)
    return whole
