"""Our side of a comparison, and where its engine's time went: what says why a row is slower than its floor."""

from .contenders import Ours
from .workloads import Material, Row, Written

# The engine's own counters, as the page calls them. The rest of a row's time its engine waited for who asks.
STAGES = {"forward": "forwards", "sample": "choice", "plan": "planning", "schedule": "scheduling"}
REST = "asking"


class Watched:
    """A contender that remembers of every time it took what its engine did in it."""

    name = Ours.name

    def __init__(self, ours: Ours) -> None:
        self._ours, self._backend = ours, ours.backend
        self._stages: dict[float, dict[str, float]] = {}

    def seconds(self, row: Row, material: Material, seed: str) -> float:
        """See Contender."""
        before = self._backend.metrics().times_s
        taken = self._ours.seconds(row, material, seed)
        after = self._backend.metrics().times_s
        spent = {STAGES[name]: after[name] - before[name] for name in STAGES}
        self._stages[taken] = {**spent, REST: taken - sum(spent.values())}
        return taken

    def stages(self, taken: float) -> dict[str, float]:
        """Of what a time was made, in seconds."""
        return {name: round(seconds, 4) for name, seconds in self._stages[taken].items()}

    def written(self, taken: float) -> Written:
        """See Ours."""
        return self._ours.written(taken)
