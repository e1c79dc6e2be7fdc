"""What is run in both front ends: a program with its arguments, or a script that runs some.

Nothing here, nor in the files of programs, knows which front end it is: they import `sglang`, and that name is
either SGLang's own package or ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A program and what it is run with, or a function that runs programs and returns what it saw."""

    name: str
    run: Any
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def is_program(self) -> bool:
        """Whether it is a decorated function."""
        return hasattr(self.run, "run_batch")


class Cases:
    """The cases of a file, in order."""

    def __init__(self) -> None:
        self.all: list[Case] = []

    def add(self, program: Any, name: str = "", /, **given: Any) -> None:
        """One run of a program."""
        called = getattr(program, "func", None) or program.function
        self.all.append(Case(name or called.__name__, program, given))

    def script(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """A function that runs programs."""
        self.all.append(Case(function.__name__, function))
        return function
