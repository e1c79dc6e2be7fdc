"""The numbers of a report as they are shown: formulas at the sizes of its workload, marked where a size is a guess."""

from __future__ import annotations

from typing import Any

from .. import report as r
from ..model.formula import evaluated, symbols_of


class Numbers:
    """Evaluates the formulas of one report. A `~` stands before what depends on a guess."""

    def __init__(self, report: r.Report) -> None:
        self._report = report
        controls = report.workload.controls if report.workload else []
        self._known = {control.name: control.value for control in controls}
        self._guessed = {c.name for c in controls if c.known in ("guess", "limit")}
        self._together = {c.name for c in controls if c.known == "together"}

    @property
    def worlds(self) -> list[r.Estimate]:
        """The four worlds of the model."""
        return self._report.workload.worlds if self._report.workload else []

    @property
    def shown(self) -> list[r.World]:
        """The four worlds: of rows where there are some, else of the model."""
        return self._report.worlds or [r.World(each.name) for each in self.worlds]

    def value(self, name: str) -> float:
        """The size of a quantity; 1 where nobody says one."""
        return self._known.get(name, 1)

    def of(self, count: r.Count, call: r.Call) -> str:
        """A count of a call, in the middle round of the loops around it."""
        if count.number is not None:
            return f"{count.number:,}"
        rounds = {f.index: self._middle(f) for f in call.factors if f.index}
        return self.number(count.formula, rounds)

    def number(self, formula: Any, rounds: dict[str, float] | None = None) -> str:
        """A formula at the sizes of the workload."""
        names = set(symbols_of(formula))
        known = {**dict.fromkeys(names, 1), **self._known, **(rounds or {})}
        is_guessed = names & self._guessed or names & set(rounds or {}) or self._is_part(names)
        mark = "~" if is_guessed else ""
        return f"{mark}{round(evaluated(formula, known)):,}"

    def _is_part(self, names: set[str]) -> bool:
        """Whether some of the quantities that are known only together stand apart from the others."""
        return bool(names & self._together) and not names >= self._together

    def _middle(self, factor: r.Factor) -> float:
        count = factor.count if isinstance(factor.count, int) else self.value(factor.count)
        return max(0.0, (count - 1) / 2)

    @staticmethod
    def marked(control: r.Control) -> str:
        """The value of a control, with a mark where it is a guess."""
        mark = "~" if control.known in ("guess", "limit", "together") else ""
        if control.kind == "chance":
            return f"{mark}{control.value:.0%}"
        return (
            f"{mark}{round(control.value, 1):,g}"
            if control.value < 1000
            else f"{mark}{control.value:,.0f}"
        )

    # --- worlds -------------------------------------------------------------------------------------

    def world(self, world: r.World) -> float:
        """The size of a world: as predicted for rows, as measured, or by the model."""
        if world.predicted is not None:
            return world.predicted
        if world.measured is not None:
            return world.measured
        return next((each.value for each in self.worlds if each.name == world.name), 0)

    def predicted(self, world: r.World) -> str:
        """The prediction as it is shown."""
        if world.predicted is not None:
            return f"{world.predicted:,}"
        each = next((each for each in self.worlds if each.name == world.name), None)
        return "" if each is None or world.measured is not None else self.number(each.formula)

    def shared(self) -> str | None:
        """The share of the stateless world that is not computed again."""
        sizes = {world.name: self.world(world) for world in self.shown}
        if not sizes.get("stateless"):
            return None
        mark = "" if self._report.worlds else "~"
        return f"{mark}{max(0.0, 1 - sizes['compiled'] / sizes['stateless']):.0%}"
