"""What a pass needs of a module: a state that another pass brings about; an order that breaks it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...ir.module import Module
from ...ir.ops import Use
from ...ir.structure import walk
from .context import Pass
from .options import PipelineError


@dataclass(frozen=True, slots=True)
class Need:
    """A state of a module, and the pass that brings it about."""

    what: str
    by: str
    holds: Callable[[Module], bool]


def _is_inlined(module: Module) -> bool:
    return not any(isinstance(op, Use) for program in module.programs for op in walk(program.body))


INLINED = Need("every fragment in place of its use", "inline", _is_inlined)


def check_needs(what: str, needs: Sequence[Need], module: Module) -> None:
    """Raise PipelineError, which names `what` has the needs, where one of them does not hold."""
    for need in needs:
        if not need.holds(module):
            raise PipelineError(f"{what} needs {need.what}: `{need.by}` comes before it")


def needs_of(step: Pass) -> Sequence[Need]:
    """What a pass needs; most need nothing, and work in any order."""
    return getattr(step, "needs", ())
