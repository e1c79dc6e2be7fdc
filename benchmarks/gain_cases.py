"""What the comparison through a server runs: ten programs with their arguments, fresh ones for each repetition."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .workloads import Material

Arguments = dict[str, Any]

DIMENSIONS = ["clarity", "grammar", "structure", "honesty", "depth", "wit"]
LONG, SHORT, LINE = 1200, 400, 24  # tokens


@dataclass(frozen=True, slots=True)
class Case:
    """A program of `programs/`; `instances` are run at once."""

    program: str
    title: str
    instances: Callable[[Material, str], list[Arguments]]
    note: str = ""


def _rows(
    count: int, common: Callable[[Material, str], Arguments], own: str
) -> Callable[[Material, str], list[Arguments]]:
    """Instances that have all in common but one short text."""

    def made(m: Material, seed: str) -> list[Arguments]:
        shared = common(m, seed)
        return [shared | {own: m.text(LINE, f"{seed} {i}")} for i in range(count)]

    return made


def _extract(m: Material, seed: str) -> list[Arguments]:
    notes = [m.text(60, f"{seed} {i}") for i in range(8)]
    return [{"guide": m.text(SHORT, seed), "notes": notes}]


def _retrieve(m: Material, seed: str) -> list[Arguments]:
    """Eight questions over four of six documents each, in the order of a ranking."""
    rng = random.Random(seed)
    documents = [{"id": f"d{i}", "body": m.text(250, f"{seed} d{i}")} for i in range(6)]
    shared = {"guide": m.text(SHORT, seed)}
    return [
        shared | {"documents": rng.sample(documents, 4), "question": m.text(LINE, f"{seed} {i}")}
        for i in range(8)
    ]


def _agents(m: Material, seed: str) -> list[Arguments]:
    tools = m.text(SHORT, seed)
    tasks = [m.text(LINE, f"{seed} {i}") for i in range(2)]
    return [{"tools": tools, "task": task, "who": f"User {i}"} for i, task in enumerate(tasks)]


CASES = (
    Case(
        "brief",
        "4 notes and a summary, 4 questions about a document",
        _rows(4, lambda m, s: {"document": m.text(LONG, s)}, "question"),
    ),
    Case(
        "choose",
        "4-way choice, 16 questions about a document",
        _rows(16, lambda m, s: {"document": m.text(LONG, s)}, "question"),
        "by hand a choice is decoded; ours is scored, as select means",
    ),
    Case(
        "judge",
        "6 judges of an essay, a verdict",
        lambda m, s: [{"essay": m.text(LONG, s), "dimensions": DIMENSIONS}],
    ),
    Case("solve", "tree of thought, 3 levels of 4", lambda m, s: [{"problem": m.text(600, s)}]),
    Case(
        "vote",
        "self-consistency, 16 samples",
        lambda m, s: [{"shots": m.text(LONG, s), "question": m.text(LINE, f"{s} q")}],
        "by hand one request with `n`; ours has a seed for each sample",
    ),
    Case("extract", "8 records of a declared type", _extract, "by hand by JSON schema"),
    Case(
        "route",
        "two choices and an answer, 8 messages",
        _rows(8, lambda m, s: {"rules": m.text(LONG, s)}, "message"),
        "by hand choices are decoded",
    ),
    Case("agent", "3 rounds with a search of 0.15 s, 2 tasks", _agents),
    Case(
        "retrieve",
        "4 of 6 documents in a free order, 8 questions",
        _retrieve,
        "by hand in the order of the ranking",
    ),
    Case(
        "review",
        "3 reviewers whose instructions begin alike, a verdict",
        lambda m, s: [{"guide": m.text(SHORT, s), "change": m.text(600, f"{s} c")}],
    ),
)
