"""What source lowering gives: a module whose entry program stands for one Python function.

The program takes the function's parameters (without `s`) and returns a record: every name that the state
shows, in order of first binding (of an optional type where some paths do not bind it: none means
that the path did not run), then `$return` (what the function returned, none without) and `$prompt` (the
state's final prompt). `hosts` are the opaque pieces of Python that it calls, by extern name; `schemas` the
pydantic classes of gens, by the name that the gen binds. Globals that a function reads are taken as they are
when it is lowered; `is_stale` says whether one of them has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...ir.diagnostic import Diagnostic, has_errors
from ...ir.module import Module

PROMPT_FIELD = "$prompt"
RETURN_FIELD = "$return"


@dataclass(frozen=True)
class Lowered:
    """A lowered function. Without a module it runs in direct mode, and the diagnostics say why."""

    module: Module | None
    entry: str
    hosts: Mapping[str, Callable[..., Any]]
    diagnostics: tuple[Diagnostic, ...] = ()
    schemas: Mapping[str, type] = field(default_factory=dict[str, type])
    is_stale: Callable[[], bool] = field(default=lambda: False, repr=False, compare=False)

    @property
    def is_compiled(self) -> bool:
        """Whether the function can be compiled."""
        return self.module is not None and not has_errors(self.diagnostics)
