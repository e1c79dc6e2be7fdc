"""What a program is before anything is made of it: a function and how it was decorated; and what one run is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import BoundArguments
from typing import Any


@dataclass(frozen=True)
class Definition:
    """A function over a prompt state. `num_api_spec_tokens`: as `function` was given it."""

    name: str
    function: Callable[..., Any]
    num_api_spec_tokens: int | None = None


@dataclass(frozen=True)
class Job:
    """What one run of a program is given: arguments by name, and defaults for its gens."""

    given: BoundArguments
    defaults: Mapping[str, Any]

    @property
    def args(self) -> Mapping[str, Any]:
        """The arguments by the names of the parameters."""
        return self.given.arguments

    def call(self, function: Callable[..., Any], state: Any) -> Any:
        """Call the function on a state, each argument as its parameter takes it."""
        return function(state, *self.given.args, **self.given.kwargs)
