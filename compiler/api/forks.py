"""The arms of a fork as the Python front end shows them, and what joining them binds."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from ...runtime.plan.errors import RunError
from .variables import Variable, Variables


class Arm(Protocol):
    """What a fork knows of an arm, and of the state that it left."""

    variables: Variables

    def own_names(self) -> list[str]:
        """The names that it has bound since it left its parent."""
        ...

    def __iadd__(self, what: Any) -> Any:
        """Append to it."""
        ...


ArmState = TypeVar("ArmState", bound=Arm)


class Forks(Sequence[ArmState]):
    """The arms of a fork."""

    def __init__(self, states: list[ArmState], parent: Arm) -> None:
        self._states, self._parent = states, parent

    def __getitem__(self, index: Any) -> Any:
        return self._states[index]

    def __setitem__(self, index: int, state: ArmState) -> None:
        """`forks[i] += x` ends with this; the arm is the one that was there."""
        if self._states[index] is not state:
            raise TypeError("an arm of a fork can be appended to, not replaced")

    def __len__(self) -> int:
        return len(self._states)

    def __iadd__(self, what: Callable[[int], Any] | list[Any] | Any) -> Forks[ArmState]:
        """Append to every arm: the same thing, one of a list each, or what a function of the index gives."""
        for index, state in enumerate(self._states):
            if callable(what):
                state += what(index)
            elif isinstance(what, list):
                state += what[index]
            else:
                state += what
        return self

    def join(self, mode: str = "gather_variable") -> None:
        """Bind in the parent what the arms have bound. Raises RunError (SGL0592) when a name is taken."""
        if mode != "gather_variable":
            raise NotImplementedError(
                f"join mode `{mode}` is not there: the servers that it called have no such route"
            )
        names = dict.fromkeys(name for state in self._states for name in state.own_names())
        for name in names:
            found = [
                state.variables.get(name) for state in self._states if name in state.own_names()
            ]
            self._refuse_taken(name, found[0])
            one_of_many = len(found) == 1 and len(self._states) > 1
            self._parent.variables.adopt(name, found[0] if one_of_many else _gathered(found))

    def _refuse_taken(self, name: str, arm: Variable) -> None:
        if name not in self._parent.variables:
            return
        first = self._parent.variables.get(name).span
        where = f", where {first.file}:{first.line} has bound it" if first else ""
        raise RunError(
            "SGL0592",
            f"an arm binds `{name}`, which is bound before the fork{where}",
            "another name in the arm keeps both",
            arm.span,
        )


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
