"""What was said of mutants of the core: how many were killed by room, and what was found about each survivor."""

from __future__ import annotations

from dataclasses import dataclass

COMMAND = "make mutate COUNT=100 SEED=1"


@dataclass(frozen=True)
class Judged:
    """A room: killed and sampled, at first and now. `left`: sampled now, and not judged yet."""

    room: str
    before: tuple[int, int] | None
    now: tuple[int, int]
    left: int = 0


@dataclass(frozen=True)
class Survivor:
    """A change that nothing noticed, and what became of it: a test that does, or why it changes nothing."""

    change: str
    file: str
    verdict: str


ROOMS: tuple[Judged, ...] = (
    Judged("passes", (12, 16), (12, 12)),
    Judged("planner", (9, 10), (2, 2), left=10),
    Judged("executor", (12, 14), (0, 0), left=12),
    Judged("scheduler", None, (2, 2), left=10),
    Judged("radix", None, (2, 2), left=10),
    Judged("sampler", None, (1, 2), left=10),
    Judged("grammar", None, (2, 2), left=10),
    Judged("ir", (12, 13), (0, 0), left=12),
    Judged("lang", (8, 14), (0, 0), left=12),
)
SURVIVORS: tuple[Survivor, ...] = (
    Survivor("`is_flat = True` is `False`", "passes/fuse_forks.py",
             "killed since by `tests/passes/test_examples.py`: another module just where something changed"),
    Survivor("`head is not None` is `head is None` for what a loop's condition is given", "compiler/planner/steps.py",
             "killed since by `tests/compiler/test_planner.py`"),
    Survivor("`entry.kind == \"root\"` is `!=`", "compiler/planner/predictions.py",
             "killed since by `tests/compiler/test_planner.py`"),
    Survivor("`width < 64` is `<=`", "runtime/engine/sampler.py",
             "changes nothing: both ways find the first of the highest, and one of them is quicker"),
    Survivor("`len(names) == 1` is `!=`, of an `anyOf`", "runtime/engine/grammar/exactness.py",
             "killed since by `tests/runtime/engine/test_schemas.py`"),
    Survivor("`SURE if step.items is None` is `is not None`", "compiler/planner/predictions.py",
             "killed since by `tests/compiler/test_planner.py`"),
)  # fmt: skip


def section() -> str:
    """The part of `docs/faults.md` on them."""
    lines = [
        "\n## Changes at random\n",
        f"`{COMMAND}` makes small changes anywhere in the core, as many in each room, and judges each by the",
        "tests that run its line. *Before* is an older sample, judged by whole folders of tests (the engine as one",
        "room: 13 of 20). A change that survived and has a test since counts as killed. The sample of",
        "today is not judged to its end: the last column says what is left.\n",
        "| Room | killed before | killed | not judged yet |",
        "| --- | ---: | ---: | ---: |",
    ]
    for each in ROOMS:
        before = f"{each.before[0]} of {each.before[1]}" if each.before else "-"
        lines.append(f"| {each.room} | {before} | {each.now[0]} of {each.now[1]} | {each.left} |")
    lines += ["\nWhat nothing noticed:\n", "| Change | in | |", "| --- | --- | --- |"]
    lines += [f"| {each.change} | `{each.file}` | {each.verdict} |" for each in SURVIVORS]
    return "\n".join(lines)
