"""FlashInfer's wrappers, planned in turns: what one has staged for the device stays as it is until the device has it.

A plan writes into pinned memory of its wrapper and launches a copy. Steps are planned while others are computed, so
with a single wrapper the next plan would overwrite what is still to be copied, or have to wait for it.
"""

from collections.abc import Callable
from typing import Any, Protocol

TURNS = 2  # one for the step that is computed, one for the step that is planned


class Moment(Protocol):
    """A point in what the device has been told to do: `torch.cuda.Event`."""

    def record(self) -> None:
        """Now, behind everything that has been launched."""
        ...

    def synchronize(self) -> None:
        """Wait until the device has come there."""
        ...


class Turns:
    """Wrappers of one kind and their moments; `plan` goes to the one that was planned longest ago."""

    def __init__(self, make: Callable[[], Any], make_moment: Callable[[], Moment]) -> None:
        self.wrappers = [make() for _ in range(TURNS)]
        self._moments = [make_moment() for _ in range(TURNS)]
        self._turn = 0

    def plan(self, *arguments: Any, **settings: Any) -> Any:
        """Plan a wrapper and return it. Waits only if its plan before, two plans ago, is not on the device yet."""
        self._turn = (self._turn + 1) % TURNS
        wrapper, moment = self.wrappers[self._turn], self._moments[self._turn]
        moment.synchronize()
        wrapper.plan(*arguments, **settings)
        moment.record()
        return wrapper


class Now:
    """The moment of a device that does everything at once, as a CPU does."""

    def record(self) -> None:
        """Nothing is ever outstanding."""

    def synchronize(self) -> None:
        """There is nothing to wait for."""
