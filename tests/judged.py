"""What was said of mutants of the core: how many were killed by room, and what was found about each survivor.

`mutate.py --page` writes `judged.jsonl` from its verdicts. What was found about a survivor is written into its line by
hand, as `since`: the test that notices it since, why it changes nothing, or that it survives. It stays when the file is
written anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from mutants import ROOMS, ROOT, Mutant

KEPT = ROOT / "tests" / "judged.jsonl"
COMMAND = "make mutate COUNT=100 SEED=1"
BEFORE = {
    "passes": (12, 16),
    "planner": (9, 10),
    "executor": (12, 14),
    "ir": (12, 13),
    "lang": (8, 14),
}
"""Killed, of how many, in an older sample that was judged by whole folders of tests."""
BEFORE_ENGINE = (13, 20)
ENGINE = ("scheduler", "radix", "sampler", "grammar")

Verdict = Literal["killed", "survived", "hung", "run by no test"]


@dataclass
class Verdicts:
    """What was said of each mutant, in a file of a line each."""

    file: Path
    said: dict[str, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                kept = json.loads(line)
                self.said[self._name(Mutant(**kept["mutant"]))] = kept["verdict"]

    def of(self, mutant: Mutant) -> Verdict | None:
        """What was said of it."""
        return self.said.get(self._name(mutant))

    def keep(self, mutant: Mutant, verdict: Verdict) -> None:
        """Say it."""
        self.said[self._name(mutant)] = verdict
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"verdict": verdict, "mutant": asdict(mutant)}) + "\n")

    @staticmethod
    def _name(mutant: Mutant) -> str:
        return f"{mutant.room} {mutant.number} {mutant}"


@dataclass(frozen=True)
class Judged:
    """A mutant of the last sample. `verdict`: None where it is not judged yet. `since`: what was found afterwards."""

    room: str
    file: str
    change: str
    verdict: Verdict | None
    since: str = ""

    @property
    def is_killed(self) -> bool:
        """Whether a test notices it, today or as soon as it was there."""
        return self.verdict == "killed" or self.since.startswith("`tests/")


def kept() -> list[Judged]:
    """What was said of the last sample."""
    return [Judged(**json.loads(line)) for line in KEPT.read_text(encoding="utf-8").splitlines()]


def keep(mutants: Sequence[Mutant], verdicts: Verdicts) -> None:
    """Write what was said of a sample, with what was found about its survivors before."""
    found = {(each.file, each.change): each.since for each in kept()} if KEPT.exists() else {}
    lines = []
    for mutant in mutants:
        change = f"{mutant.before} -> {mutant.after}"
        verdict = verdicts.of(mutant)
        since = found.get((mutant.file, change), "") if verdict not in (None, "killed") else ""
        judged = Judged(mutant.room, mutant.file, change, verdict, since)
        lines.append(json.dumps(asdict(judged), ensure_ascii=False) + "\n")
    KEPT.write_text("".join(lines), encoding="utf-8")


def section() -> str:
    """The part of `docs/faults.md` on them."""
    judged = kept()
    lines = [
        "\n## Changes at random\n",
        f"`{COMMAND}` makes small changes anywhere in the core, as many in each room, and judges each by the",
        "tests that reach it. *Before* is an older sample, judged by whole folders of tests. A change that survived",
        "and has a test since counts as killed now. Of what is left, all that changes nothing is taken off. What",
        "survived an older sample stands above.\n",
        "| Room | killed before | killed at first | killed now | change nothing | not judged yet |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            _row(room, BEFORE.get(room), [each for each in judged if each.room == room])
            for room in ROOMS
        ),
        _row("the engine's four", BEFORE_ENGINE, [each for each in judged if each.room in ENGINE]),
        _row("together", _sum(BEFORE_ENGINE, *BEFORE.values()), judged),
        "\nWhat nothing noticed:\n",
        "| Change | in | |",
        "| --- | --- | --- |",
        *(_survivor(each) for each in judged if each.verdict not in (None, "killed")),
    ]
    return "\n".join(lines)


def _sum(*counts: tuple[int, int]) -> tuple[int, int]:
    return sum(killed for killed, _ in counts), sum(total for _, total in counts)


def _row(name: str, before: tuple[int, int] | None, judged: list[Judged]) -> str:
    said = [each for each in judged if each.verdict]
    first = sum(each.verdict == "killed" for each in said)
    killed = sum(each.is_killed for each in said)
    nothing = sum(each.since.startswith("changes nothing") for each in said)
    was = f"{before[0]} of {before[1]}" if before else "-"
    left = len(judged) - len(said)
    return f"| {name} | {was} | {first} of {len(said)} | {killed} of {len(said) - nothing} | {nothing} | {left} |"


def _survivor(judged: Judged) -> str:
    change = judged.change.replace("|", "\\|").replace("`", "")
    reason = f"killed since by {judged.since}" if judged.is_killed else judged.since
    return f"| `{change}` | `{judged.file}` | {reason or 'not looked into yet'} |"
