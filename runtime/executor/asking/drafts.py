"""The record of a request while it is under way: filled in step by step, written exactly once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from ....ir.sampling import Constraint, Sampling
from ...backend import Usage
from ...plan.errors import RunError
from ...trace.records import CallRecord
from ..instance import Run, Scope

_USAGE = (
    "cached", "prefilled", "replayed", "decoded", "forced", "queue_s", "prefill_s", "decode_s", "ttft_s",
)  # fmt: skip
_DEFAULTS = asdict(Sampling())


class Draft:
    """A `CallRecord` in the making."""

    def __init__(
        self,
        run: Run,
        scope: Scope,
        kind: Literal["gen", "select", "prefill"],
        prompt: tuple[int, ...],
        node: int,
    ) -> None:
        self._run = run
        self._fields: dict[str, Any] = {
            "kind": kind, "row": scope.row, "path": list(scope.path), "family": -1, "site": "",
            "indices": list(scope.indices), "name": "", "prompt": list(prompt), "node": node,
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        """The request is sent now."""
        self._fields["started"] = self._run.now()

    def note(self, **fields: Any) -> None:
        """Fill in fields."""
        self._fields |= fields

    def note_parameters(
        self, sampling: Sampling, constraint: Constraint | None, seeds: tuple[int, ...]
    ) -> None:
        """Fill in what a gen is asked with."""
        self.note(
            sampling={k: v for k, v in asdict(sampling).items() if v != _DEFAULTS[k]},
            constraint=[constraint.kind, constraint.text, constraint.style] if constraint else None,
            seeds=list(seeds),
        )

    def record(self, usage: Usage, error: RunError | None = None, **so_far: Any) -> CallRecord:
        """The record as it stands; `so_far` are fields of a moment."""
        work = {name: getattr(usage, name) for name in _USAGE}
        failed = error.record if error else None
        fields = {**self._fields, **so_far}
        return CallRecord(**fields, **work, ended=self._run.now(), error=failed)

    def write(self, usage: Usage, error: RunError | None = None) -> None:
        """Hand the finished record to the trace."""
        self._run.sink.add(self.record(usage, error))
